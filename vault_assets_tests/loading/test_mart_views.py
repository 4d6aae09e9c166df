"""Marts that are views: nothing is stored, parameters are given by whoever reads."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vault_assets.cli.reading_only import refuse_all_but_reading
from vault_assets.errors import VaultAssetsError
from vault_assets.loading.marts import build_mart
from vault_assets.model import Warehouse
from vault_assets.settings import Settings
from vault_assets.sql.references import references, replaced
from vault_assets.sql.tracing import mart_lineage, mart_order, mart_tables
from vault_assets.targets.ducklake import DuckLake
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import file_lake, memory_lake
from vault_assets_tests.loading.partitioned_towns import deeds_town
from vault_assets_tests.loading.test_partitioned_marts import loaded

RECENT = """
select s.person, s.done_at, s.hours -- not a $parameter
from stage.deeds as s
where cast(s.done_at as date) > $day - $days and s.person <> '$day'
"""
DAY, DAYS = {"type": "date"}, {"type": "integer", "default": 90}
ROWS = (("ann", "2024-05-01 09:00", 2), ("bob", "2024-05-03 10:00", 3))
MARTS = {
    "recent": {"kind": "view", "sql": RECENT, "parameters": {"days": DAYS, "day": DAY}},
    "lately": {
        "kind": "view",
        "sql": RECENT,
        "parameters": {"day": {"type": "date", "default": "2024-05-03"}, "days": DAYS},
        "key": ["person", "done_at"],
    },
    "plain": {
        "kind": "view",
        "sql": "select person, hours from mart.recent('2024-05-03', days := 2)",
    },
    "people": {
        "sql": "select r.person as who from mart.recent(cast($day as date)) as r",
        "parameters": {"day": "2024-05-03"},
    },
}


def views(**changes: Any) -> Warehouse:
    declared = deeds_town().model_dump(by_alias=True, exclude_unset=True)
    declared["marts"] = MARTS | changes
    return Warehouse.model_validate(declared)


def built(house: House) -> House:
    loaded(house, *ROWS)
    for name in mart_order(house.warehouse):
        build_mart(house.lake, house.warehouse, name)
    return house


@pytest.fixture
def house() -> Iterator[House]:
    with memory_lake() as lake:
        yield built(House(lake, views()))


def test_a_view_takes_parameters_by_place_or_name_and_has_defaults(house: House) -> None:
    count = "select count(*) from mart."
    assert house.query(f"{count}recent('2024-05-03')") == [(2,)]
    assert house.query(f"{count}recent('2024-05-03', days := 2)") == [(1,)]
    assert house.query(f"{count}recent(date '2030-01-01')") == [(0,)]
    assert house.query(f"{count}lately") == house.query(f"{count}lately()") == [(2,)]
    assert house.query(f"{count}lately(day := '2030-01-01')") == [(0,)]


def test_marts_and_views_read_views(house: House) -> None:
    assert house.query("from mart.plain") == [("bob", 3)]
    assert sorted(house.query("from mart.people")) == [("ann",), ("bob",)]


def test_a_view_shows_what_came_after_it(house: House) -> None:
    loaded(house, ("eve", "2024-05-03 12:00", 1))
    assert house.query("select count(*) from mart.lately") == [(3,)]


def test_dependencies_and_lineage_lead_through_views() -> None:
    warehouse = views()
    assert mart_tables(warehouse, "people") == [("mart", "recent")]
    assert mart_tables(warehouse, "recent") == [("stage", "deeds")]
    assert mart_lineage(warehouse, "people") == {"who": [("mart", "recent", "person")]}
    assert mart_lineage(warehouse, "recent")["hours"] == [("stage", "deeds", "hours")]
    order = mart_order(warehouse)
    assert order.index("recent") < min(order.index("plain"), order.index("people"))


def test_a_mart_becomes_a_view_and_a_table_again(house: House) -> None:
    for kind in ("view", "table", "view"):
        house.warehouse = views(plain={"kind": kind, "sql": MARTS["plain"]["sql"]})
        build_mart(house.lake, house.warehouse, "plain")
        assert house.query("from mart.plain") == [("bob", 3)]
        stored = house.query(
            "select count(*) from duckdb_tables() where table_name = 'plain' "
            "and database_name = current_database()"
        )
        assert stored == [(int(kind == "table"),)]


def test_a_lake_keeps_views_for_every_session(tmp_path: Path) -> None:
    with file_lake(tmp_path) as lake:
        built(House(lake, views()))
        settings: Settings = lake.settings
    with DuckLake("test", settings, read_only=True) as lake:
        connection = lake.connection()
        sql = "select count(*) from mart.recent('2024-05-03', days := 2)"
        refuse_all_but_reading(connection, sql)
        assert connection.execute(sql).fetchall() == [(1,)]
        assert connection.execute("select count(*) from mart.lately").fetchall() == [(2,)]
        with pytest.raises(VaultAssetsError, match="does not call recent"):
            refuse_all_but_reading(connection, "select * from recent('2024-05-03')")


def test_parameters_are_replaced_where_they_are_no_text() -> None:
    assert references(RECENT) == ["day", "days"]
    assert replaced("select $a, '$a' -- $a", {"a": "1"}) == "select 1, '$a' -- $a"


def test_a_view_is_made_again_only_if_it_would_be_another(tmp_path: Path) -> None:
    with file_lake(tmp_path) as lake:
        house = built(House(lake, views()))
        again = build_mart(lake, house.warehouse, "plain")
        assert (list(again.columns), again.statements) == (["person", "hours"], ())
        house.warehouse = views(plain={"kind": "view", "sql": "select person from stage.deeds"})
        written = build_mart(lake, house.warehouse, "plain")
        assert list(written.columns) == ["person"]
        assert written.statements
        assert build_mart(lake, house.warehouse, "plain").statements == ()


def test_a_view_follows_the_columns_of_what_it_shows(tmp_path: Path) -> None:
    with file_lake(tmp_path) as lake:
        whole = {"kind": "view", "sql": "select * from mart.people"}
        house = built(House(lake, views(whole=whole)))
        people = {"sql": "select 'eve' as who, 7 as hours"}
        house.warehouse = views(whole=whole, people=people)
        build_mart(lake, house.warehouse, "people")
        assert list(build_mart(lake, house.warehouse, "whole").columns) == ["who", "hours"]
        assert lake.session().rows("select * from mart.whole") == [{"who": "eve", "hours": 7}]

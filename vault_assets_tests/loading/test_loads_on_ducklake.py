"""The same loads on a real lake with a file catalog: its transactions, schema changes, deletes."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault_assets.errors import TargetError
from vault_assets.landing.store import open_store
from vault_assets.loading.audits import Audit, AuditsFailedError
from vault_assets.loading.registering import register
from vault_assets.loading.replaying import rebuild_vault, replay_batch
from vault_assets.loading.staging import stage_batches
from vault_assets.model import Warehouse
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake
from vault_assets_tests.loading.comparing import contents, holds_what_it_should
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import file_lake
from vault_assets_tests.loading.warehouses import source, town, warehouse

pytestmark = pytest.mark.slow
SINCE = dt.datetime(2020, 1, 1)  # noqa: DTZ001  as in a file
TABLES = [name for _, name, _ in town().vault_tables()]


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[DuckLake]:
    with file_lake(tmp_path) as lake:
        yield lake


def test_a_town_holds_what_the_reference_does(lake: DuckLake) -> None:
    house = House(lake, town(late="repair"))
    house.land("people", ("ann", "A", None), ("bob", "B|", "x"), ("bob", "C", "x"), (None, "", ""))
    house.land("phones", ("ann", "home", "1"), ("ann", "work", "2"), ("bob", None, None))
    late = [house.announce("people", ("ann", "B", None), ("eve", "E", "~N"))]
    late.append(house.announce("moves", (1, "bob", SINCE), (1, "ann", SINCE)))
    house.land("changes", ("ann", "A", None), ("ann", "B", None), ("ann", "A", None))
    house.land("acts", ("ann", "in", 1), ("ann", "in", 1), ("cat", "in", None))
    house.land("teams", (1, "ann", SINCE), (2, "zoe", None), (3, None, SINCE))
    house.land("moves", (1, "ann", SINCE), (1, "zoe", SINCE), (1, None, SINCE))
    house.land("deeds", (1, "ann", "ran"), (9, "ann", "sat"))
    house.load()
    for batch_id in late:
        house.stage(batch_id)
    house.land("people", ("ann", "A", None), ("zoe", "Z", None))
    house.land("phones", ("ann", "work", "2"))
    house.land("teams", (1, "bob", SINCE), (9, "zoe", SINCE))
    house.load()
    holds_what_it_should(house, TABLES)
    before = contents(house, TABLES)
    house.load()
    assert contents(house, TABLES) == before
    rebuild_vault(lake, house.warehouse, run_id="rebuild")
    assert contents(house, TABLES) == before
    house.restage("people-1", ("bob", "B", "x"))
    house.reload("people-1")
    holds_what_it_should(house, TABLES)


def test_a_failed_audit_rolls_everything_back(lake: DuckLake) -> None:
    house = House(lake, town())
    house.land("people", ("ann", "A", None))
    house.load("h_people", "s_people")
    before = house.contents("s_people")
    house.land("people", ("ann", "B", None), ("bob", "X", None), ("bob", "Y", None))
    refusal = Audit("never", "select 1 as wrong", blocking=True)
    with pytest.raises(AuditsFailedError, match="never"):
        house.load("s_people", extra_audits=[refusal])
    assert house.contents("s_people") == before
    assert list(house.counters("s_people")) == ["people-1"]
    assert house.quarantined("people", "s_people") == []
    house.load("h_people", "s_people")
    holds_what_it_should(house, ["h_people", "s_people"])


def test_a_declaration_grows(lake: DuckLake) -> None:
    parts = ("h_people", "s_people"), ("people",)
    house = House(lake, town(tables=parts[0], sources=parts[1]))
    house.land("people", ("ann", "A", "Oslo"))
    house.load()
    before = house.rows("s_people", "name city hashdiff load_ts")
    grown = house.warehouse.model_dump(by_alias=True)
    grown["sources"]["people"]["columns"]["mail"] = "text"
    grown["satellites"]["s_people"]["payload"]["mail"] = "mail"
    grown["satellites"]["s_city"] = {"parent": "h_people", "payload": "city", "from": "people"}
    house.warehouse = Warehouse.model_validate(grown)
    house.land("people", ("ann", "A", "Oslo", None), ("bob", "B", None, "b@x"))
    house.load()
    rows = house.rows("s_people", "name city hashdiff load_ts mail")
    assert [row[:-1] for row in rows if row[-1] is None] == before
    assert [row[-1] for row in rows if row[-1]] == ["b@x"]
    assert house.rows("s_city", "hk_people city load_ts") == [("ann", "Oslo", 1), ("bob", None, 2)]
    grown["satellites"]["s_city"]["payload"] = "name"
    house.warehouse = Warehouse.model_validate(grown)
    with pytest.raises(TargetError, match="hd_s_city"):
        house.land("people")


def test_a_file_is_read_anew_after_the_declaration_was_mended(tmp_path: Path) -> None:
    """Rows without a city were refused by mistake; when the batch is replayed they come in."""
    landing = tmp_path / "landing"
    (landing / "x").mkdir(parents=True)
    (landing / "x" / "1.csv").write_text("person,city\nann,Oslo\nbob,\n")
    (landing / "x" / "2.csv").write_text("person,city\nbob,Rome\n")
    store = open_store(Settings.model_construct(landing=str(landing)))
    strict, mended = (people_with_city(nullable=nullable) for nullable in (False, True))
    with file_lake(tmp_path) as lake:
        house = House(lake, strict)
        first, second = (batch.batch_id for batch in register(lake, store, strict, "people").new)
        stage_batches(lake, store, strict, "people", run_id="test")
        house.load()
        assert house.rows("s_people", "city batch_id") == [("Oslo", first), ("Rome", second)]
        replayed = replay_batch(lake, store, mended, first, run_id="replay")
        assert [table.table for table in replayed.loaded] == ["vault.h_people", "vault.s_people"]
        assert house.rows("s_people", "hk_people city batch_id") == [
            ("ann", "Oslo", first), ("bob", "Rome", second), ("bob", None, first),
        ]  # fmt: skip
        assert house.rows("h_people", "person batch_id") == [("ann", first), ("bob", first)]
        before = contents(house, ["h_people", "s_people"])
        replay_batch(lake, store, mended, second, run_id="replay")
        assert contents(house, ["h_people", "s_people"]) == before


def people_with_city(*, nullable: bool) -> Warehouse:
    columns = {"person": "text", "city": {"type": "text", "nullable": nullable}}
    satellite = {"parent": "h_people", "payload": "city", "from": "people"}
    return warehouse(
        sources={"people": source(columns, "full")},
        hubs={"h_people": {"keys": "person", "from": "people"}},
        satellites={"s_people": satellite},
    )

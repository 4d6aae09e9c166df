"""The views of histories: the current state of a key, and when each state began and ended."""

import datetime as dt
from typing import Any

from vault_assets.loading.audits import Verdict
from vault_assets.model import Warehouse
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.views import view_plans
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse

SINCE = dt.datetime(2020, 1, 1)  # noqa: DTZ001  as in a file
END = dt.datetime(9999, 12, 31, 23, 59, 59, 999999)  # noqa: DTZ001  the end of time
HISTORY = "s_changes_history", "name load_ts load_seq load_end_ts"


def changed(house: House) -> None:
    house.land("changes", ("ann", "A", None))
    house.land("changes", ("ann", "B", None), ("ann", "C", None))
    house.load("h_people", "s_changes")


def test_a_row_ends_when_the_next_one_begins(house: House) -> None:
    """A@1, B@2/0, C@2/1: A lives in [1, 2), B never, C from 2 on."""
    changed(house)
    assert house.rows(*HISTORY) == [("A", 1, 0, 2), ("B", 2, 0, 2), ("C", 2, 1, END)]


def test_a_row_without_length_is_never_visible(house: House) -> None:
    changed(house)
    house.land("changes", ("ann", "D", None))
    house.load("s_changes")
    for time, name in ((1, "A"), (2, "C"), (2.5, "C"), (3, "D")):
        visible = house.query(
            "select name from vault.s_changes_history where "
            f"timestamp '2024-01-01 12:00:00' + to_microseconds({int(time * 1e6)}) >= load_ts and "
            f"timestamp '2024-01-01 12:00:00' + to_microseconds({int(time * 1e6)}) < load_end_ts"
        )
        assert visible == [(name,)]


def test_the_current_row_of_a_key_is_its_last(house: House) -> None:
    changed(house)
    house.land("changes", ("bob", "X", None))
    house.load("h_people", "s_changes")
    current = house.rows("s_changes_current", "hk_people name load_ts load_seq")
    assert current == [("ann", "C", 2, 1), ("bob", "X", 3, 0)]


def test_views_show_no_ghosts(house: House) -> None:
    house.load()
    for table in ("s_people", "s_phones", "e_moves"):
        for kind in ("current", "history"):
            assert house.query(f"from vault.{table}_{kind}") == []


def test_the_current_set_of_a_key_is_whole(house: House) -> None:
    house.land("phones", ("ann", "home", "1"), ("ann", "work", "2"))
    house.land("phones", ("ann", "home", "3"), ("ann", "cell", "4"), ("bob", "home", "5"))
    house.load("h_people", "s_phones")
    assert house.rows("s_phones_current", "hk_people kind number") == [
        ("ann", "cell", "4"), ("ann", "home", "3"), ("bob", "home", "5"),
    ]  # fmt: skip
    ends = house.rows("s_phones_history", "hk_people kind load_ts load_end_ts")
    assert ends == [
        ("ann", "cell", 2, END),
        ("ann", "home", 1, 2),
        ("ann", "home", 2, END),
        ("ann", "work", 1, 2),
        ("bob", "home", 2, END),
    ]


def test_the_current_state_of_a_relation_says_whether_it_is_active(house: House) -> None:
    house.land("people", ("ann", "A", None), ("bob", "B", None))
    house.land("moves", (1, "ann", SINCE))
    house.land("moves", (1, "bob", SINCE))
    house.load("h_people", "h_teams", "l_moves", "e_moves")
    current = house.rows("e_moves_current", "lk_moves is_active load_ts")
    assert current == [("1/ann", False, 3), ("1/bob", True, 3)]
    periods = house.rows("e_moves_history", "lk_moves is_active load_ts load_end_ts")
    assert periods == [
        ("1/ann", False, 3, END), ("1/ann", True, 2, 3), ("1/bob", True, 3, END),
    ]  # fmt: skip


def test_a_log_of_events_has_no_views(house: House) -> None:
    assert view_plans(vault_plan(house.warehouse, "s_acts")) == []


def test_a_key_that_the_last_full_delivery_lacks_is_not_present() -> None:
    columns = {"code": "text", "kind": "text", "name": "text"}
    declared: dict[str, Any] = {
        "sources": {"facts": source(columns, "full")},
        "hubs": {"h_codes": {"keys": "code", "from": "facts"}},
        "satellites": {
            "s_codes": {
                "parent": "h_codes", "payload": "name",
                "from": {"stage": "facts", "where": "kind = 'a'"},
            }
        },
        "multi_active_satellites": {
            "m_codes": {
                "parent": "h_codes", "child_keys": "kind", "payload": "name", "from": "facts",
            }
        },
        "reference_tables": {
            "ref_codes": {"code": ["code", "kind"], "payload": "name", "from": "facts"}
        },
    }  # fmt: skip
    with memory_lake() as lake:
        house = House(lake, warehouse(**declared))
        house.land("facts", ("x", "a", "X"), ("x", "b", "Y"), ("y", "a", "Z"))
        house.land("facts", ("x", "a", "X"), ("y", "b", "Z"))
        house.load()
        assert house.rows("s_codes_current", "hk_codes") == [("x",), ("y",)]
        assert house.rows("s_codes_present", "hk_codes load_ts") == [("x", 1)]
        found = house.rows("m_codes_present", "hk_codes kind load_ts")
        assert found == [("x", "a", 2), ("y", "b", 2)]
        assert house.rows("ref_codes_present", "code kind load_ts") == [
            ("x", "a", 1),
            ("y", "b", 2),
        ]
        house.land("facts")
        house.load()
        for table in ("s_codes", "m_codes", "ref_codes"):
            assert house.query(f"from vault.{table}_present") == []
            assert house.query(f"from vault.{table}_current") != []
        parts = house.warehouse.model_dump(by_alias=True)
        parts["sources"]["facts"]["delivery"] = "delta"
        house.warehouse = Warehouse.model_validate(parts)
        house.land("facts", ("x", "a", "X"))
        house.load()
        assert stored_views(house, "s_codes") == ["s_codes_current", "s_codes_history"]


def test_views_are_switched_off_and_on(house: House) -> None:
    changed(house)
    parts = house.warehouse.model_dump(by_alias=True)
    parts["satellites"]["s_changes"]["views"] = False
    wanted, house.warehouse = house.warehouse, Warehouse.model_validate(parts)
    house.load("s_changes")
    assert stored_views(house) == []
    house.warehouse = wanted
    house.load("s_changes")
    assert stored_views(house) == ["s_changes_current", "s_changes_history"]


def test_views_grow_with_their_table(house: House) -> None:
    changed(house)
    parts = house.warehouse.model_dump(by_alias=True)
    parts["sources"]["changes"]["columns"]["mail"] = "text"
    parts["satellites"]["s_changes"]["payload"]["mail"] = "mail"
    house.warehouse = Warehouse.model_validate(parts)
    house.land("changes", ("ann", "C", None, "a@x"))
    house.load("s_changes")
    assert house.rows("s_changes_current", "name mail") == [("C", "a@x")]
    assert house.rows("s_changes_history", "mail load_end_ts")[0] == ("a@x", END)


def test_the_check_of_views_finds_a_key_with_two_current_sets(house: House) -> None:
    house.land("phones", ("ann", "home", "1"))
    house.load("h_people", "s_phones")
    assert verdict(house, "s_phones").passed
    house.query(
        "insert into vault.s_phones by name "
        "select * replace (load_seq + 1 as load_seq) from vault.s_phones where batch_id <> 'ghost'"
    )
    assert verdict(house, "s_phones").failed_rows == 1


def verdict(house: House, table: str) -> Verdict:
    found = house.load(table).verdicts
    return next(item for item in found if item.audit.name == "one_current")


def stored_views(house: House, table: str = "s_changes") -> list[str]:
    rows = house.query(
        "select view_name from duckdb_views() where database_name = current_database() "
        f"and view_name like '{table}%' order by 1"
    )
    return [name for (name,) in rows]

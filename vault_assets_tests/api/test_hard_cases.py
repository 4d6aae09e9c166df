"""The cases that Data Vault loads get wrong most often, on every form of the lake."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vault_assets.api import Vault, open_lake
from vault_assets.errors import LateBatchError
from vault_assets.hashing import UNKNOWN
from vault_assets.settings import Settings
from vault_assets_tests.api.vaults import day, rows

TOWN: dict[str, Any] = {
    "name": "town",
    "sources": {
        "changes": {"objects": "x", "columns": {"k": "text", "v": "text"}},
        "snapshots": {"objects": "x", "delivery": "full", "columns": {"k": "text", "v": "text"}},
        "orders": {"objects": "x", "columns": {"order_no": "text", "customer": "text"}},
        "phones": {"objects": "x", "columns": {"k": "text", "kind": "text", "number": "text"}},
        "pairs": {"objects": "x", "columns": {"a": "text", "b": "text"}},
    },
    "hubs": {
        "h_k": {"keys": "k", "from": ["changes", "snapshots", "phones"]},
        "h_order": {"keys": "order_no", "from": "orders"},
        "h_customer": {"keys": "customer", "from": "orders"},
        "h_pair": {"keys": ["a", "b"], "from": "pairs"},
    },
    "links": {
        "l_order": {
            "hubs": {"hk_order": "h_order", "hk_customer": "h_customer"},
            "nulls": {"hk_customer": "unknown"},
            "from": "orders",
        }
    },
    "satellites": {
        "s_changes": {"parent": "h_k", "payload": "v", "from": "changes"},
        "s_snapshots": {"parent": "h_k", "payload": "v", "from": "snapshots"},
    },
    "multi_active_satellites": {
        "s_phones": {"parent": "h_k", "child_keys": "kind", "payload": "number", "from": "phones"}
    },
    "effectivity_satellites": {
        "e_order": {"link": "l_order", "driving": "hk_order", "from": "orders"}
    },
    "status_tracking_satellites": {"st_k": {"parent": "h_k", "from": "snapshots"}},
}


Open = Callable[[dict[str, Any]], Vault]


@pytest.fixture(params=["memory", "file", pytest.param("served", marks=pytest.mark.slow)])
def open_town(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Return what opens a warehouse: in memory, with a catalog in a file, or on servers."""
    if request.param == "served":
        request.getfixturevalue("place")
        return lambda declared: open_lake(declared, settings=Settings())
    folder = tmp_path if request.param == "file" else None
    return lambda declared: open_lake(declared, folder=folder)


@pytest.fixture
def vault(open_town: Open) -> Iterator[Vault]:
    with open_town(TOWN) as opened:
        yield opened


def add(vault: Vault, source: str, number: int, *values: tuple[Any, ...], **options: Any) -> None:
    names = TOWN["sources"][source]["columns"]
    batch = [dict(zip(names, row, strict=True)) for row in values]
    vault.add_batch(source, batch, load_ts=day(number), **options)


def changes(vault: Vault) -> list[Any]:
    return rows(vault, "s_changes", "v load_ts load_seq")


def test_there_and_back_in_one_batch_are_two_changes(vault: Vault) -> None:
    add(vault, "changes", 1, ("k", "A"))
    vault.load()
    add(vault, "changes", 2, ("k", "B"), ("k", "A"))
    vault.load()
    assert changes(vault) == [("A", day(1), 0), ("A", day(2), 1), ("B", day(2), 0)]


def test_the_same_batch_twice_is_loaded_once(vault: Vault) -> None:
    add(vault, "changes", 1, ("k", "A"), ("k", "B"), ("k", "A"))
    for _ in range(3):
        vault.load()
    assert len(changes(vault)) == 3


def test_old_content_that_returns_is_a_new_state(vault: Vault) -> None:
    for number, value in enumerate("ABA", start=1):
        add(vault, "changes", number, ("k", value))
    vault.load()
    assert [row[0] for row in changes(vault)] == ["A", "A", "B"]


def test_two_batches_at_one_clock_time_both_land(vault: Vault) -> None:
    for value in "AB":
        vault.add_batch("changes", [{"k": "k", "v": value}])
    vault.load()
    (_, first, _), (_, second, _) = changes(vault)
    assert first < second


def test_a_late_batch_with_a_new_key_lands(vault: Vault) -> None:
    add(vault, "changes", 5, ("k1", "A"))
    vault.load("h_k")
    add(vault, "changes", 3, ("k2", "B"), late=True)
    vault.load("h_k")
    assert rows(vault, "h_k", "k load_ts") == [("k1", day(5)), ("k2", day(3))]


def test_a_late_state_of_a_known_key_is_refused_or_repaired(vault: Vault) -> None:
    add(vault, "changes", 5, ("k", "B"))
    vault.load()
    add(vault, "changes", 3, ("k", "A"), late=True)
    with pytest.raises(LateBatchError):
        vault.load("s_changes")
    vault.load("s_changes", repair=True)
    assert changes(vault) == [("A", day(3), 0), ("B", day(5), 0)]


def test_one_key_with_two_payloads_and_no_order_is_quarantined(vault: Vault) -> None:
    add(vault, "snapshots", 1, ("k", "A"), ("k", "B"), ("m", "C"))
    vault.load()
    assert rows(vault, "s_snapshots", "v") == [("C",)]
    reasons = [row["reason"] for row in vault.quarantine("s_snapshots").to_pylist()]
    assert reasons == ["conflict", "conflict"]


def test_an_empty_snapshot_closes_everything(vault: Vault) -> None:
    add(vault, "snapshots", 1, ("k", "A"), ("m", "B"))
    add(vault, "snapshots", 2)
    vault.load()
    assert [row[0] for row in rows(vault, "st_k", "status")] == ["ACTIVE"] * 2 + ["DELETED"] * 2


def test_two_changes_of_a_relation_in_one_batch_are_exact_pairs(vault: Vault) -> None:
    add(vault, "orders", 1, ("o", "100"))
    add(vault, "orders", 2, ("o", "200"), ("o", "300"))
    vault.load()
    found = vault.query(
        "select c.customer, e.is_active, e.load_ts from vault.e_order as e "
        "join vault.l_order as l using (lk_order) "
        "join vault.h_customer as c on c.hk_customer = l.hk_customer "
        "where e.batch_id <> 'ghost' order by e.load_ts, c.customer, e.is_active"
    ).to_pylist()
    assert [tuple(row.values()) for row in found] == [
        ("100", True, day(1)),
        ("100", False, day(2)),
        ("200", False, day(2)),
        ("200", True, day(2)),
        ("300", True, day(2)),
    ]


def test_a_set_that_changes_and_returns_is_three_sets(vault: Vault) -> None:
    add(vault, "phones", 1, ("k", "h", "1"), ("k", "w", "2"))
    add(vault, "phones", 2, ("k", "h", "1"), ("k", "w", "9"))
    add(vault, "phones", 3, ("k", "w", "2"), ("k", "h", "1"))
    vault.load()
    found = rows(vault, "s_phones", "load_ts kind number")
    assert found == [
        (day(1), "h", "1"),
        (day(1), "w", "2"),
        (day(2), "h", "1"),
        (day(2), "w", "9"),
        (day(3), "h", "1"),
        (day(3), "w", "2"),
    ]


def test_parts_of_keys_do_not_run_into_each_other(vault: Vault) -> None:
    add(vault, "pairs", 1, ("a||b", "c"), ("a", "b||c"), ("^^", "^^"))
    vault.load()
    assert len(rows(vault, "h_pair", "a b")) == 3


def test_null_empty_and_placeholder_are_three_things(vault: Vault) -> None:
    add(vault, "changes", 1, ("", "A"), ("-1", "B"), (None, "C"), ("(unknown)", "D"))
    vault.load()
    assert rows(vault, "h_k", "k") == [("",), ("(unknown)",), ("-1",)]
    assert [row["reason"] for row in vault.quarantine("h_k").to_pylist()] == ["null_key:hk_k"]


def test_a_role_without_a_key_may_point_to_the_unknown_row(vault: Vault) -> None:
    add(vault, "orders", 1, ("o", None))
    vault.load("h_order")
    vault.load("h_customer")
    vault.load("l_order")
    assert rows(vault, "l_order", "hk_customer") == [(str(UNKNOWN),)]


@pytest.mark.parametrize("value", ["a", " A", "A ", "A\n", "Ä", "", None])
def test_a_change_of_case_blanks_or_breaks_is_a_change(vault: Vault, value: str | None) -> None:
    add(vault, "changes", 1, ("k", "A"))
    add(vault, "changes", 2, ("k", value))
    vault.load()
    assert len(changes(vault)) == 2


def test_a_new_last_column_changes_nothing_until_it_has_a_value(open_town: Open) -> None:
    def declared(columns: dict[str, str]) -> dict[str, Any]:
        return {
            "name": "town",
            "sources": {"changes": {"objects": "x", "columns": {"k": "text", **columns}}},
            "hubs": {"h_k": {"keys": "k", "from": "changes"}},
            "satellites": {
                "s_changes": {"parent": "h_k", "payload": list(columns), "from": "changes"}
            },
        }

    with open_town(declared({"v": "text"})) as vault:
        add(vault, "changes", 1, ("k", "A"), ("m", "B"))
        vault.load()
        grown = open_lake(declared({"v": "text", "w": "text"})).warehouse
        vault.warehouse = grown
        batch = [{"k": "k", "v": "A", "w": None}, {"k": "m", "v": "B", "w": "new"}]
        vault.add_batch("changes", batch, load_ts=day(2))
        vault.load()
        assert rows(vault, "s_changes", "v w load_ts") == [
            ("A", None, day(1)),
            ("B", "new", day(2)),
            ("B", None, day(1)),
        ]


def test_a_key_that_vanishes_changes_nothing_in_a_delta_and_closes_in_a_snapshot(
    vault: Vault,
) -> None:
    for source in ("changes", "snapshots"):
        add(vault, source, 1, ("k", "A"), ("m", "B"))
        add(vault, source, 2, ("k", "A"))
    vault.load()
    assert len(changes(vault)) == 2
    assert len(rows(vault, "s_snapshots", "v")) == 2
    assert rows(vault, "st_k", "status load_ts") == [
        ("ACTIVE", day(1)),
        ("ACTIVE", day(1)),
        ("DELETED", day(2)),
    ]


def test_rows_may_carry_their_own_times_and_sources(vault: Vault) -> None:
    at = dt.datetime(2020, 5, 6, 7, 8, 9)  # noqa: DTZ001  load times have no zone
    given = [
        {"k": "k", "v": "A", "load_ts": at, "record_source": "crm"},
        {"k": "k", "v": "B", "load_ts": at + dt.timedelta(days=1), "record_source": "erp"},
    ]
    vault.add_rows("changes", given)
    vault.load()
    assert rows(vault, "s_changes", "v load_ts record_source") == [
        ("A", at, "crm"),
        ("B", at + dt.timedelta(days=1), "erp"),
    ]

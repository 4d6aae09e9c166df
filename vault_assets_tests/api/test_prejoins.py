"""Prejoins: a stage row takes columns from the latest row of another stage that it sees."""

from pathlib import Path
from typing import Any

import pytest

from vault_assets.api import Vault, open_lake
from vault_assets.errors import BatchError
from vault_assets.landing.store import open_store
from vault_assets.loading.replaying import replay_batch
from vault_assets.model import Warehouse
from vault_assets.settings import Settings
from vault_assets_tests.api.vaults import day, key, reasons, rows, source

LOOKUP = {
    "source": "customers",
    "on": {"customer_no": "id"},
    "columns": {"customer_key": "business_key"},
}
CUSTOMERS = {"id": "integer", "business_key": {"type": "text", "description": "Its number."}}
ORDERS = {"order_no": "integer", "customer_no": "integer"}


def shop(
    columns: dict[str, Any] | None = None,
    customers: dict[str, Any] | None = None,
    parts: dict[str, Any] | None = None,
    **lookup: Any,
) -> Vault:
    """Open a vault of orders, which deliver the surrogate of their customer only."""
    orders = {**source(columns or ORDERS), "prejoins": {"customer": {**LOOKUP, **lookup}}}
    return open_lake(
        {
            "name": "test",
            # The looked-up source comes last: no rule may depend on the order of sources.
            "sources": {
                "orders": orders | (parts or {}),
                "customers": source(customers or CUSTOMERS),
            },
            "hubs": {
                "h_orders": {"keys": "order_no", "from": "orders"},
                "h_customers": {
                    "keys": "business_key",
                    "from": [
                        "customers",
                        {"stage": "orders", "columns": {"business_key": "customer_key"}},
                    ],
                },
            },
            "links": {
                "l_orders": {
                    "hubs": {"hk_orders": "h_orders", "hk_customers": "h_customers"},
                    "from": {"stage": "orders", "keys": {"hk_customers": ["customer_key"]}},
                }
            },
            "satellites": {
                "s_orders": {"parent": "h_orders", "payload": ["customer_key"], "from": "orders"}
            },
        }
    )


def customer(number: int, name: str | None) -> dict[str, Any]:
    return {"id": number, "business_key": name}


def order(number: int, customer_no: int | None) -> dict[str, Any]:
    return {"order_no": number, "customer_no": customer_no}


def looked_up(vault: Vault) -> list[tuple[Any, ...]]:
    return rows(vault, "stage.orders", "order_no customer_key")


def stale(vault: Vault) -> list[tuple[Any, ...]]:
    """Return (batch, differing rows) of the check."""
    (verdict,) = (v for v in vault.check("stage.orders") if v.audit.name == "prejoin_current")
    assert verdict.audit.severity == "warn"
    assert not verdict.audit.blocking
    return [(row["batch_id"], row["row_count"]) for row in verdict.sample]


def test_the_example_worked_by_hand() -> None:
    with shop() as vault:
        vault.add_batch("customers", [customer(7, "K-7"), customer(8, "K-8")], load_ts=day(1))
        vault.add_batch("orders", [order(1, 7)], load_ts=day(2))
        vault.add_batch("customers", [customer(7, "old"), customer(7, "K-70")], load_ts=day(3))
        vault.add_batch("orders", [order(2, 7), order(3, 8), order(4, None)], load_ts=day(4))
        staged = vault.add_batch("orders", [order(5, 9), order(6, 8)], load_ts=day(5), batch_id="b")
        vault.load()
        assert looked_up(vault) == [
            (1, "K-7"), (2, "K-70"), (3, "K-8"), (4, None), (6, "K-8"),
        ]  # fmt: skip
        assert (staged.records, staged.loaded, staged.quarantined) == (2, 1, 1)
        (refused,) = [
            row for row in vault.quarantine("orders").to_pylist() if row["batch_id"] == "b"
        ]
        assert (refused["reason"], refused["column_name"]) == ("prejoin:customer", "customer_no")
        assert refused["detail"] == 'no row of customers has id "9"'
        assert refused["raw"] == '{"order_no":5,"customer_no":9}'
        assert rows(vault, "l_orders", "hk_customers")[0] in {
            (key("K-7"),),
            (key("K-70"),),
            (key("K-8"),),
        }
        assert rows(vault, "s_orders", "customer_key") == [
            ("K-7",), ("K-70",), ("K-8",), ("K-8",), (None,),
        ]  # fmt: skip
        assert all(v.passed for v in vault.check("stage.orders") if v.audit.blocking)
        assert stale(vault) == []


def test_not_found_is_null_where_that_is_declared() -> None:
    with shop(missing="null") as vault:
        vault.add_batch("customers", [customer(7, None)], load_ts=day(1))
        staged = vault.add_batch("orders", [order(1, 7), order(2, 9), order(3, None)])
        assert staged.quarantined == 0
        assert looked_up(vault) == [(1, None), (2, None), (3, None)]
        assert stale(vault) == []


def test_a_row_found_whose_value_is_null_is_no_missing_row() -> None:
    with shop() as vault:
        vault.add_batch("customers", [customer(7, "K-7")], load_ts=day(1))
        vault.add_batch("customers", [customer(7, None)], load_ts=day(2))
        vault.add_batch("orders", [order(1, 7)], load_ts=day(3))
        assert looked_up(vault) == [(1, None)]


def test_rows_of_one_load_time_and_earlier_are_seen_and_later_ones_are_not() -> None:
    with shop(missing="null") as vault:
        vault.add_batch("customers", [customer(7, "K-7")], load_ts=day(2))
        vault.add_batch("customers", [customer(8, "K-8")], load_ts=day(3))
        vault.add_batch("orders", [order(1, 7), order(2, 8)], load_ts=day(2))
        assert looked_up(vault) == [(1, "K-7"), (2, None)]


def test_a_stage_that_was_never_loaded_has_no_rows() -> None:
    with shop() as vault:
        vault.add_batch("orders", [order(1, 7)], load_ts=day(2))
        assert reasons(vault, "orders") == [(1, "prejoin:customer")]


def test_rows_that_carry_their_load_times_look_up_at_these() -> None:
    with shop(missing="null") as vault:
        times = [{**customer(7, f"K-{n}"), "load_ts": day(n)} for n in (1, 3)]
        vault.add_rows("customers", times)
        vault.add_rows("orders", [{**order(n, 7), "load_ts": day(n)} for n in (2, 4)])
        assert looked_up(vault) == [(2, "K-1"), (4, "K-3")]


def test_a_normalized_key_and_two_columns_are_compared_as_they_are_stored() -> None:
    text = {"type": "text", "normalize": ["trim", "upper"]}
    columns = {"order_no": "integer", "no": text, "region": "text"}
    customers = {"id": text, "region": "text", "business_key": "text"}
    with shop(columns, customers, on={"no": "id", "region": "region"}) as vault:
        vault.add_batch("customers", [{"id": " a ", "region": "n", "business_key": "A/n"}])
        given = [
            {"order_no": n, "no": "A", "region": r} for n, r in ((1, "n"), (2, "s"), (3, None))
        ]
        vault.add_batch("orders", given)
        assert looked_up(vault) == [(1, "A/n"), (3, None)]
        (detail,) = vault.quarantine("orders").column("detail").to_pylist()
        assert detail == 'no row of customers has id "A", region "s"'


def test_derived_columns_use_what_was_looked_up_and_several_lookups_go_side_by_side() -> None:
    parts = {
        "prejoins": {
            "customer": LOOKUP,
            "payer": {**LOOKUP, "on": {"order_no": "id"}, "columns": {"payer": "business_key"}},
        },
        "derived": {"label": {"type": "text", "sql": "customer_key || '/' || payer"}},
    }
    with shop(parts=parts) as vault:
        vault.add_batch("customers", [customer(7, "K-7"), customer(1, "K-1")])
        vault.add_batch("orders", [order(1, 7), order(2, 7), order(1, 8)])
        assert rows(vault, "stage.orders", "label") == [("K-7/K-1",)]
        assert sorted(reasons(vault, "orders")) == [(2, "prejoin:payer"), (3, "prejoin:customer")]
        assert stale(vault) == []


def test_a_replayed_batch_makes_older_results_stale_until_they_are_replayed_too() -> None:
    with shop() as vault:
        vault.add_batch(
            "customers", [customer(7, "K-7"), customer(8, "K-8")], load_ts=day(1), batch_id="c"
        )
        vault.add_batch("orders", [order(1, 7), order(2, 8)], load_ts=day(2), batch_id="o")
        vault.add_batch("customers", [customer(7, "K-9")], load_ts=day(3))
        vault.add_batch("orders", [order(3, 7)], load_ts=day(4))
        assert stale(vault) == []
        vault.replay("c", [customer(7, "K-70"), customer(8, "K-8")])
        assert stale(vault) == [("o", 1)]
        vault.load()
        vault.replay("o", [order(1, 7), order(2, 8)])
        assert stale(vault) == []
        assert looked_up(vault) == [(1, "K-70"), (2, "K-8"), (3, "K-9")]
        before = rows(vault, "s_orders", "customer_key")
        assert before == [("K-70",), ("K-8",), ("K-9",)]
        vault.rebuild()
        assert rows(vault, "s_orders", "customer_key") == before


def test_a_key_that_is_gone_after_a_replay_is_told_too() -> None:
    with shop() as vault:
        vault.add_batch("customers", [customer(7, None)], load_ts=day(1), batch_id="c")
        vault.add_batch("orders", [order(1, 7), order(2, None)], load_ts=day(2), batch_id="o")
        vault.replay("c", [])
        assert stale(vault) == [("o", 1)]


def test_a_late_batch_of_the_stage_looked_up_is_told() -> None:
    with shop(missing="null") as vault:
        vault.add_batch("customers", [customer(8, "K-8")], load_ts=day(3))
        vault.add_batch("orders", [order(1, 7)], load_ts=day(2), batch_id="o")
        vault.add_batch("customers", [customer(7, "K-7")], load_ts=day(1), late=True)
        assert stale(vault) == [("o", 1)]


def test_a_lookup_that_is_declared_later_names_the_batches_that_lack_it() -> None:
    with shop(
        parts={"derived": {"customer_key": {"type": "text", "sql": "null"}}, "prejoins": {}}
    ) as vault:
        vault.add_batch("customers", [customer(7, "K-7")], load_ts=day(1))
        vault.add_batch("orders", [order(1, 7)], load_ts=day(2), batch_id="o")
        with shop() as other:
            vault.warehouse = other.warehouse
        assert stale(vault) == [("o", 1)]
        vault.replay("o", [order(1, 7)])
        assert stale(vault) == []


def test_refused_rows_are_released_under_the_lookup_of_today(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("customer_no,order_no\n9,1\n7,2\nx,3\n")
    with shop() as vault:
        vault.add_batch("customers", [customer(7, "K-7")], load_ts=day(1))
        vault.add_batch("orders", path, load_ts=day(2), batch_id="o")
        assert sorted(reasons(vault, "orders")) == [
            (2, "prejoin:customer"),
            (4, "cast:customer_no"),
        ]
        with pytest.raises(BatchError, match="all 2 rows would be refused again"):
            vault.release("o", load_ts=day(3))
        vault.add_batch("customers", [customer(9, "K-9")], load_ts=day(4))
        released = vault.release("o", load_ts=day(5))
        assert (released.staged.loaded, released.staged.quarantined, released.left) == (1, 1, 0)
        assert looked_up(vault) == [(1, "K-9"), (2, "K-7")]
        assert stale(vault) == []


def test_values_of_refused_rows_come_back_as_they_were(tmp_path: Path) -> None:
    berlin = {"type": "timestamp", "time_zone": "Europe/Berlin"}
    columns = {
        "order_no": "integer", "customer_no": "integer", "at": berlin, "plain": "timestamp",
        "moment": "timestamptz", "price": "decimal(30,10)", "weight": "float", "on_day": "date",
        "paid": "boolean", "note": "text",
    }  # fmt: skip
    path = tmp_path / "orders.csv"
    path.write_text(
        ",".join(columns)
        + "\n1,9,2024-07-01 12:00:00.5,2024-07-01 12:00:00,2024-07-01 12:00:00+05,"
        '12345678901234567890.0123456789,0.1,2024-07-01,true,"a ""b"",\nc"\n'
    )
    with shop(columns) as vault:
        vault.add_batch("orders", path, load_ts=day(1), batch_id="o")
        vault.add_batch("customers", [customer(9, "K-9")], load_ts=day(2))
        vault.release("o", load_ts=day(3))
        vault.add_batch("orders", path, load_ts=day(4))
        names = ", ".join(f'cast("{name}" as varchar)' for name in columns)
        found = vault.query(f"select distinct {names}, customer_key from stage.orders")
        assert found.num_rows == 1, found.to_pylist()


def test_corrected_rows_are_looked_up() -> None:
    with shop() as vault:
        vault.add_batch("customers", [customer(7, "K-7")], load_ts=day(1))
        vault.add_batch("orders", [order(1, 70)], load_ts=day(2), batch_id="o")
        vault.release("o", [order(1, 7) | {"row_no": 1}], load_ts=day(3))
        assert looked_up(vault) == [(1, "K-7")]


def test_a_batch_of_rows_is_looked_up_again_without_them(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("customer_no,order_no,more\n8,1,\n7,2,\nx,3,\n,4,\n6,5,\n")
    with shop() as vault:
        at = {"load_ts": day(1), "batch_id": "c"}
        vault.add_batch("customers", [customer(7, "K-7"), customer(6, "K-6")], **at)
        vault.add_batch("orders", path, load_ts=day(2), batch_id="o", record_source="shop")
        vault.load()
        vault.replay("c", [customer(7, "K-70"), customer(8, "K-8")])
        assert stale(vault) == [("o", 2)]
        vault.replay("o")
        assert stale(vault) == []
        assert looked_up(vault) == [(1, "K-8"), (2, "K-70"), (4, None)]
        assert rows(vault, "stage.orders", "row_no record_source") == [
            (2, "shop"), (3, "shop"), (5, "shop"),
        ]  # fmt: skip
        assert sorted(reasons(vault, "orders")) == [
            (4, "cast:customer_no"),
            (5, "null_key:hk_customers"),
            (5, "null_key:hk_customers"),
            (6, "prejoin:customer"),
        ]
        assert rows(vault, "s_orders", "customer_key") == [("K-70",), ("K-8",), (None,)]
        assert all(v.passed for v in vault.check("stage.orders") if v.audit.blocking)
        vault.release("o", [order(3, 7) | {"row_no": 4}], load_ts=day(3))
        with pytest.raises(BatchError, match="were released"):
            vault.replay("o")


def test_the_command_looks_up_a_batch_of_rows_again(tmp_path: Path) -> None:
    with shop() as vault:
        vault.add_batch("customers", [customer(7, "K-7")], load_ts=day(1), batch_id="c")
        vault.add_batch("orders", [order(1, 7), order(2, None)], load_ts=day(2), batch_id="o")
        vault.load()
        vault.replay("c", [customer(7, "K-70")])
        store = open_store(Settings.model_construct(landing=str(tmp_path)))
        done = replay_batch(vault.lake, store, vault.warehouse, "o", run_id="again")
        assert done.staged.total("loaded") == 2
        assert looked_up(vault) == [(1, "K-70"), (2, None)]


CHAIN: dict[str, Any] = {
    "name": "test",
    "sources": {
        "lines": {
            **source({"line": "text", "order_no": "integer"}),
            "prejoins": {
                "order": {
                    "source": "orders",
                    "on": {"order_no": "order_no"},
                    "columns": {"customer": "customer_key", "label": "label"},
                }
            },
        },
        "orders": {
            **source(ORDERS),
            "prejoins": {"customer": LOOKUP},
            "derived": {"label": {"type": "text", "sql": "customer_key || '!'"}},
        },
        "customers": source(CUSTOMERS),
    },
    "hubs": {
        "h_customers": {
            "keys": "business_key",
            "from": {"stage": "lines", "columns": {"business_key": "customer"}},
        }
    },
    "multi_active_satellites": {
        "ms_lines": {
            "parent": "h_customers", "child_keys": ["line"], "payload": ["label"], "from": "lines",
        }
    },
}  # fmt: skip


def test_a_stage_looks_up_what_another_one_has_looked_up() -> None:
    with open_lake(CHAIN) as vault:
        vault.add_batch("customers", [customer(7, "K-7")], load_ts=day(1), batch_id="c")
        vault.add_batch("orders", [order(1, 7)], load_ts=day(2), batch_id="o")
        vault.add_batch("lines", [{"line": "a", "order_no": 1}], load_ts=day(3), batch_id="l")
        vault.load()
        assert rows(vault, "ms_lines", "line label") == [("a", "K-7!")]
        vault.replay("c", [customer(7, "K-70")])
        for batch_id in ("o", "l"):
            vault.replay(batch_id)
        assert rows(vault, "ms_lines", "line label") == [("a", "K-70!")]
        vault.warehouse = Warehouse.model_validate(CHAIN | {"hashing": "datavault4dbt"})
        vault.rebuild()
        assert rows(vault, "ms_lines", "line label") == [("a", "K-70!")]


def test_a_released_row_of_a_set_brings_the_set_of_the_key_that_it_finds() -> None:
    with open_lake(CHAIN) as vault:
        vault.add_batch("customers", [customer(7, "K-7")], load_ts=day(1))
        vault.add_batch("orders", [order(1, 7)], load_ts=day(2))
        lines = [{"line": "a", "order_no": 1}, {"line": "b", "order_no": 2}]
        vault.add_batch("lines", lines, load_ts=day(3), batch_id="l")
        vault.add_batch("orders", [order(2, 7)], load_ts=day(4))
        released = vault.release("l", load_ts=day(5))
        vault.load()
        assert (released.released, released.carried, released.staged.loaded) == (1, 1, 2)
        now = [row for row in rows(vault, "ms_lines", "load_ts line") if row[0] == day(5)]
        assert now == [(day(5), "a"), (day(5), "b")]

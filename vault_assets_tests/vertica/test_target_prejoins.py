"""Prejoins: what rows look up on the server is what they look up in a lake in memory."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from vault_assets.api import Vault
from vault_assets.model import Warehouse
from vault_assets.targets.memory import MemoryLake
from vault_assets.targets.target import Target
from vault_assets_tests.api.vaults import day, source
from vault_assets_tests.vertica.houses import house
from vault_assets_tests.vertica.parity import contents, fix_clock, tables
from vault_assets_tests.vertica_server.server import Server

pytestmark = pytest.mark.timeout(600)

CUSTOMERS = {"id": "integer", "area": "text(10)", "name": "text(20)", "since": "timestamp"}
ORDERS = {"order_no": "integer", "customer_no": "integer", "area": "text(10)", "seller": "text(20)"}
SELLERS = {"seller": "text(20)", "boss": "text(20)"}
SHOP: dict[str, Any] = {
    "name": "looking",
    "sources": {
        "orders": source(ORDERS)
        | {
            "prejoins": {
                "customer": {
                    "source": "customers",
                    "on": {"customer_no": "id", "area": "area"},
                    "columns": {"customer": "name", "customer_since": "since"},
                },
                "seller": {
                    "source": "sellers",
                    "on": {"seller": "seller"},
                    "columns": {"boss": "boss"},
                    "missing": "null",
                },
            }
        },
        "customers": source(CUSTOMERS),
        "sellers": source(SELLERS),
    },
    "hubs": {
        "h_orders": {"keys": "order_no", "from": "orders"},
        "h_customers": {
            "keys": "name",
            "from": ["customers", {"stage": "orders", "columns": {"name": "customer"}}],
        },
    },
    "links": {
        "l_orders": {
            "hubs": {"hk_orders": "h_orders", "hk_customers": "h_customers"},
            "from": {"stage": "orders", "keys": {"hk_customers": ["customer"]}},
        }
    },
    "satellites": {
        "s_orders": {
            "parent": "h_orders",
            "payload": ["customer", "customer_since", "boss"],
            "from": "orders",
        }
    },
}


def customer(number: int, name: str | None, area: str = "Рига") -> dict[str, Any]:
    since = dt.datetime(2020, 1, number, 12, 30)  # noqa: DTZ001  UTC without zone
    return {"id": number, "area": area, "name": name, "since": since}


def order(
    number: int, customer_no: int | None, seller: str | None = None, area: str = "Рига"
) -> dict[str, Any]:
    return {"order_no": number, "customer_no": customer_no, "area": area, "seller": seller}


def story(target: Target, file: Path) -> list[Any]:
    """Let orders look up what is there, is not, changes, and comes late; return what was said."""
    vault = Vault(Warehouse.model_validate(SHOP), target)
    said: list[Any] = []

    def stale() -> None:
        (verdict,) = (v for v in vault.check("stage.orders") if v.audit.name == "prejoin_current")
        said.append([(row["batch_id"], row["row_count"]) for row in verdict.sample])

    customers = [customer(7, "K-7"), customer(7, "K-old", "Осло"), customer(8, None)]
    vault.add_batch("customers", customers, load_ts=day(1), batch_id="c")
    vault.add_batch("sellers", [{"seller": "Ann", "boss": "Bob"}], load_ts=day(1))
    vault.add_batch(
        "orders",
        [order(1, 7, "Ann"), order(2, 7, "Zoe", "Осло"), order(3, 8), order(4, 9), order(5, None)],
        load_ts=day(2),
        batch_id="o",
    )
    vault.add_batch("customers", [customer(7, "K-70"), customer(7, "K-71")], load_ts=day(3))
    vault.add_batch("orders", file, load_ts=day(4), batch_id="file")
    stale()
    said += vault.load()
    vault.replay("c", [customer(7, "K-77"), customer(9, "K-9")])
    stale()
    vault.replay("o", [order(1, 7), order(4, 9)])
    vault.add_batch("sellers", [{"seller": "Zoe", "boss": ""}], load_ts=day(2), late=True)
    stale()
    vault.add_batch("orders", [order(9, 10, "Zoe")], load_ts=day(5), batch_id="last")
    vault.add_batch("customers", [customer(10, "K-10")], load_ts=day(6))
    vault.release("last", load_ts=day(7))
    said += vault.load()
    return [
        (done.table, done.rows_written) if hasattr(done, "rows_written") else done for done in said
    ]


def test_what_is_looked_up_is_the_same(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_no,customer_no,area,seller\n6,7,Рига,Ann\nx,7,Рига,\n7,1,Рига,Zoe\n")
    with MemoryLake("looking") as lake, house(server, tmp_path, "looking") as vertica:
        told = []
        for target in (lake, vertica):
            with monkeypatch.context() as patch:
                fix_clock(patch)
                told.append(story(target, file))
        assert told[0] == told[1]
        assert told[0][:1] == [[]]
        found = tables(lake)
        assert tables(vertica) == found
        for table, columns in found.items():
            ours, theirs = (contents(target, table, columns) for target in (vertica, lake))
            assert (table, ours) == (table, theirs)
        rows = vertica.session().rows(
            "select order_no, customer, boss from stage.orders order by order_no"
        )
        assert rows[0] == {"order_no": 1, "customer": "K-77", "boss": None}
        reasons = vertica.session().rows("select distinct reason from stage.orders_quarantine")
        assert {"reason": "prejoin:customer"} in reasons

"""Prejoins on derived columns: what is looked up is computed from the normalized file first."""

from typing import Any

import pytest

from vault_assets.api import Vault, open_lake
from vault_assets_tests.api.vaults import day, reasons, rows, source

TOWN: dict[str, Any] = {
    "name": "town",
    "sources": {
        "orders": {
            **source(
                {
                    "order_no": "integer",
                    "code": {"type": "text", "normalize": ["trim", "upper"]},
                    "part": "integer",
                }
            ),
            "derived": {
                "customer": {"type": "text", "sql": "split_part(code, '/', 1)"},
                "label": {"type": "text", "sql": "name || '!'"},
            },
            "prejoins": {
                "who": {
                    "source": "customers",
                    "on": {"customer": "customer", "part": "part"},
                    "columns": {"name": "name"},
                }
            },
        },
        "customers": source({"customer": "text", "part": "integer", "name": "text"}),
    },
    "hubs": {"h_customers": {"keys": "customer", "from": ["orders", "customers"]}},
}  # fmt: skip


@pytest.fixture
def vault() -> Any:
    with open_lake(TOWN) as opened:
        yield opened


def customers(vault: Vault, number: int, *found: tuple[str, int, str]) -> None:
    names = ("customer", "part", "name")
    given = [dict(zip(names, row, strict=True)) for row in found]
    vault.add_batch("customers", given, load_ts=day(number), batch_id=f"c{number}")


def order(number: int, code: str | None, part: int | None = 1) -> dict[str, Any]:
    return {"order_no": number, "code": code, "part": part}


def test_a_derived_column_is_looked_up(vault: Vault) -> None:
    customers(vault, 1, ("K7", 1, "Ann"), ("K7", 2, "Bob"))
    given = [order(1, " k7/x "), order(2, "K7", 2), order(3, "k9/y "), order(4, None)]
    staged = vault.add_batch("orders", given, load_ts=day(2), batch_id="o")
    assert (staged.loaded, staged.quarantined) == (3, 1)
    assert rows(vault, "stage.orders", "order_no code customer name label") == [
        (1, "K7/X", "K7", "Ann", "Ann!"),
        (2, "K7", "K7", "Bob", "Bob!"),
        (4, None, None, None, None),
    ]
    (refused,) = vault.quarantine("orders").to_pylist()
    assert (refused["reason"], refused["column_name"]) == ("prejoin:who", "customer")
    assert refused["detail"] == 'no row of customers has customer "K9", part "1"'
    assert refused["raw"] == '{"order_no":3,"code":"k9/y ","part":1}'
    vault.load()
    failed = [v.audit.name for v in vault.check("stage.orders") if not v.passed]
    assert failed == ["quarantined"]


def test_a_release_and_a_replay_look_it_up_again(vault: Vault) -> None:
    customers(vault, 1, ("K7", 1, "Ann"))
    vault.add_batch("orders", [order(1, "k7"), order(2, "k9")], load_ts=day(2), batch_id="o")
    customers(vault, 3, ("K9", 1, "Cid"))
    assert vault.release("o", load_ts=day(4)).released == 1
    assert reasons(vault, "orders") == [(2, "prejoin:who")]
    assert rows(vault, "stage.orders", "order_no name") == [(1, "Ann"), (2, "Cid")]
    vault.add_batch("orders", [order(5, "k9/z")], load_ts=day(5), batch_id="p")
    vault.replay("c3", [{"customer": "K9", "part": 1, "name": "Dan"}])
    (verdict,) = (v for v in vault.check("stage.orders") if v.audit.name == "prejoin_current")
    assert {row["batch_id"] for row in verdict.sample} >= {"p"}
    vault.replay("p")
    assert (5, "Dan") in rows(vault, "stage.orders", "order_no name")

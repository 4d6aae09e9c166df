"""NULL in parts of keys: what stands in for it, what it fails, and what it is not."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vault_assets import hashing
from vault_assets.api import AuditsFailedError, Hub, Placeholder, Vault, Warehouse, open_lake
from vault_assets.errors import TargetError
from vault_assets.model.types import parse_type
from vault_assets_tests.api.vaults import day, key, reasons, rows, source
from vault_assets_tests.loading.test_pattern_properties import examples

NONE = "(none)"
PLACEHOLDER = {"placeholder": NONE}


def declared(null_key: Any = "reject", **changes: Any) -> dict[str, Any]:
    """Declare sales of a shop, with who sold what, and products."""
    return {
        "name": "test",
        "sources": {
            "sales": source({"shop": "text", "product": "text"}),
            "products": source({"product": "text", "name": "text"}),
        },
        "hubs": {
            "h_shops": {"keys": "shop", "from": "sales"},
            "h_products": {
                "keys": "product",
                "null_key": null_key,
                "from": ["sales", "products"],
            },
        },
        "links": {
            "l_sales": {
                "hubs": {"hk_shops": "h_shops", "hk_products": "h_products"},
                "from": "sales",
                **changes,
            }
        },
        "satellites": {
            "s_products": {"parent": "h_products", "payload": "name", "from": "products"}
        },
    }


def opened(null_key: Any = "reject", **changes: Any) -> Vault:
    return open_lake(declared(null_key, **changes))


def sale(shop: str | None, product: str | None) -> dict[str, Any]:
    return {"shop": shop, "product": product}


def products(vault: Vault) -> list[Any]:
    return [value for (value,) in rows(vault, "h_products", "product")]


def test_a_placeholder_is_stored_and_hashed_and_the_stage_keeps_null() -> None:
    with opened(PLACEHOLDER) as vault:
        vault.add_batch("sales", [sale("s", None), sale("s", ""), sale("s", "a")])
        vault.add_batch("products", [{"product": None, "name": "Anything"}])
        loaded = vault.load()
        assert products(vault) == ["", NONE, "a"]
        found = dict(rows(vault, "h_products", "hk_products product"))
        assert found == {key(value): value for value in ("", NONE, "a")}
        assert len(rows(vault, "l_sales", "lk_sales")) == 3
        assert rows(vault, "s_products", "hk_products name") == [(key(NONE), "Anything")]
        assert rows(vault, "stage.sales", "product") == [("",), ("a",), (None,)]
        assert all(verdict.passed for each in loaded for verdict in each.verdicts)
        assert all(verdict.passed for verdict in vault.check("h_products"))
        assert all(verdict.passed for verdict in vault.check("l_sales"))


def test_a_placeholder_is_declared_in_python_too() -> None:
    parts = declared()
    parts["hubs"]["h_products"] = Hub.model_validate(
        {
            "keys": "product",
            "null_key": {"product": Placeholder(placeholder=NONE)},
            "from": ["sales", "products"],
        }
    )
    with open_lake(Warehouse.model_validate(parts)) as vault:
        vault.add_batch("sales", [sale("s", None)])
        vault.load()
        assert products(vault) == [NONE]


def test_a_placeholder_in_the_data_refuses_the_batch() -> None:
    with opened(PLACEHOLDER) as vault:
        with pytest.raises(AuditsFailedError, match=r"placeholder_unused.*line 2, column product"):
            vault.add_batch("sales", [sale("s", "a"), sale("s", NONE)], batch_id="b")
        assert vault.batches() == []
        vault.add_batch("sales", [sale(NONE, "a")])  # of another key


def test_null_that_fails_refuses_the_batch_and_names_the_place() -> None:
    with opened("fail") as vault:
        vault.add_batch("sales", [sale("s", "a")])
        with pytest.raises(AuditsFailedError, match=r"null_key.*b, line 2, column product"):
            vault.add_batch("sales", [sale("s", "b"), sale("s", None)], batch_id="b")
        vault.load()
        assert products(vault) == ["a"]
        assert len(vault.batches()) == 1


def test_the_line_is_that_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text("shop,product\ns,a\ns,\n", encoding="utf-8")
    with opened("fail") as vault:
        with pytest.raises(AuditsFailedError, match=r"sales\.csv, line 3, column product"):
            vault.add_batch("sales", file)
        assert vault.batches() == []


def test_only_rows_that_concern_the_hub_fail() -> None:
    parts = declared("fail")
    parts["hubs"]["h_products"]["from"][0] = {"stage": "sales", "where": "shop <> 'closed'"}
    del parts["links"]
    with open_lake(parts) as vault:
        vault.add_batch("sales", [sale("closed", None)])
        with pytest.raises(AuditsFailedError, match="null_key"):
            vault.add_batch("sales", [sale("open", None)])


def test_a_role_may_fail_where_its_hub_rejects() -> None:
    with (
        opened(nulls={"hk_products": "fail"}) as vault,
        pytest.raises(AuditsFailedError, match="column product"),
    ):
        vault.add_batch("sales", [sale("s", None)])


def test_a_role_of_another_name_may_point_to_the_unknown_row() -> None:
    parts = declared(PLACEHOLDER, nulls={"hk_sold": "unknown"})
    parts["links"]["l_sales"]["hubs"] = {"hk_shops": "h_shops", "hk_sold": "h_products"}
    with open_lake(parts) as vault:
        vault.add_batch("sales", [sale("s", None)])
        vault.load()
        assert rows(vault, "l_sales", "hk_shops hk_sold") == [(key("s"), str(hashing.UNKNOWN))]
        assert products(vault) == [NONE]


def test_parts_of_one_key_have_policies_of_their_own() -> None:
    parts = declared()
    parts["hubs"]["h_products"] = {
        "keys": ["shop", "product"],
        "null_key": {"product": PLACEHOLDER, "shop": "allow"},
        "from": "sales",
    }
    del parts["links"], parts["satellites"]
    with open_lake(parts) as vault:
        vault.add_batch("sales", [sale("s", None), sale(None, None), sale(None, "a")])
        vault.load()
        assert rows(vault, "h_products", "shop product") == [
            ("s", NONE),
            (None, NONE),
            (None, "a"),
        ]
        assert all(verdict.passed for verdict in vault.check("h_products"))


def test_an_inferred_key_is_the_placeholder() -> None:
    parts = declared(PLACEHOLDER, orphans="infer")
    parts["hubs"]["h_products"]["from"] = "products"
    with open_lake(parts) as vault:
        vault.add_batch("sales", [sale("s", None)])
        vault.load()
        assert rows(vault, "h_products", "product record_source") == [(NONE, "inferred")]
        assert len(rows(vault, "l_sales", "lk_sales")) == 1


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("integer", -1, "-1"),
        ("decimal(5,2)", -1, "-1.00"),
        ("date", "1900-01-01", "1900-01-01"),
        ("timestamp", "1900-01-01", "1900-01-01 00:00:00"),
        ("uuid", "0" * 32, "00000000-0000-0000-0000-000000000000"),
        ("text(6)", "it's", "it's"),
    ],
)
def test_a_placeholder_has_the_type_of_its_key(kind: str, value: Any, stored: str) -> None:
    parts = {
        "name": "test",
        "sources": {"codes": source({"code": kind})},
        "hubs": {"h_codes": {"keys": "code", "null_key": {"placeholder": value}, "from": "codes"}},
    }
    with open_lake(parts) as vault:
        vault.add_batch("codes", [{"code": None}])
        vault.load()
        text = "select cast(code as varchar) as code from vault.h_codes where batch_id <> 'ghost'"
        assert vault.query(text).to_pylist() == [{"code": stored}]
        assert all(verdict.passed for verdict in vault.check("h_codes"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"null_key": {"placeholder": "x" * 6}}, "is no text\\(5\\)"),
        ({"null_key": {"prodct": "fail"}}, "no key part 'prodct'"),
        ({"null_key": {"product": "fail"}, "optional": "product"}, "`optional` parts too"),
        ({"null_key": "fail", "optional": "product"}, "name the others"),
    ],
)
def test_policies_that_do_not_fit_are_refused(change: dict[str, Any], message: str) -> None:
    parts = declared()
    parts["sources"]["sales"]["columns"]["product"] = "text(5)"
    parts["hubs"]["h_products"] |= change
    with pytest.raises(ValidationError, match=message):
        Warehouse.model_validate(parts)


def test_null_cannot_fail_where_it_is_quarantined_already() -> None:
    parts = declared("fail")
    parts["sources"]["sales"]["columns"]["product"] = {"type": "text", "nullable": False}
    with pytest.raises(ValidationError, match="take `nullable: false` away"):
        Warehouse.model_validate(parts)


def test_one_hash_column_treats_null_in_one_way() -> None:
    with pytest.raises(ValidationError, match="treat NULL in another way"):
        Warehouse.model_validate(declared(PLACEHOLDER, nulls={"hk_products": "unknown"}))


def test_another_placeholder_needs_a_rebuild_and_kept_rows_must_not_hold_it() -> None:
    with opened() as vault:
        vault.add_batch("sales", [sale("s", None), sale("s", "a")])
        vault.load()
        assert reasons(vault, "l_sales") == [(1, "null_key:hk_products")]
        changed = Vault(Warehouse.model_validate(declared(PLACEHOLDER)), vault.lake)
        with pytest.raises(TargetError, match="rebuild"):
            changed.load("h_products")
        changed.rebuild()
        assert products(changed) == [NONE, "a"]
        clash = Vault(Warehouse.model_validate(declared({"placeholder": "a"})), vault.lake)
        with pytest.raises(TargetError, match="line 2, column product"):
            clash.rebuild()


POLICIES: list[Any] = ["reject", "allow", "fail", PLACEHOLDER]
ROLES = [None, "reject", "unknown", "allow", "fail"]
values = st.sampled_from([None, "", "a", "~N"])


@examples
@given(
    hub=st.sampled_from(POLICIES),
    role=st.sampled_from(ROLES),
    batches=st.lists(st.lists(st.tuples(values, values), max_size=3), max_size=3),
)
def test_hub_and_link_follow_every_policy(hub: Any, role: Any, batches: list[Any]) -> None:
    """The role has a name of its own, so that it may differ from the hub."""
    if role == "allow" and hub not in ("allow", PLACEHOLDER):
        role = None  # the hub would not have the key
    parts = declared(hub, nulls={"hk_sold": role} if role else {})
    parts["links"]["l_sales"]["hubs"] = {"hk_shops": "h_shops", "hk_sold": "h_products"}
    wanted_hub: set[Any] = set()
    wanted_link: set[Any] = set()
    with open_lake(parts) as vault:
        for number, batch in enumerate(batches):
            refused = (hub == "fail" or role == "fail") and any(p is None for _, p in batch)
            given_rows = [sale(*each) for each in batch]
            if refused:
                with pytest.raises(AuditsFailedError, match="column product"):
                    vault.add_batch("sales", given_rows, load_ts=day(number + 1))
                continue
            vault.add_batch("sales", given_rows, load_ts=day(number + 1))
            for shop, product in batch:
                wanted_hub |= _hub_keys(hub, product)
                wanted_link |= _link_keys(hub, role, shop, product)
        vault.load()
        assert set(products(vault)) == wanted_hub
        assert set(rows(vault, "l_sales", "hk_shops hk_sold")) == wanted_link
        for table in ("h_products", "l_sales"):
            assert all(verdict.passed for verdict in vault.check(table))


def _hub_keys(hub: Any, product: str | None) -> set[str | None]:
    if product is not None or hub == "allow":
        return {product}
    return {NONE} if hub == PLACEHOLDER else set()


def _link_keys(hub: Any, role: Any, shop: str | None, product: str | None) -> set[Any]:
    if shop is None:
        return set()
    if product is not None:
        return {(key(shop), key(product))}
    if role == "unknown":
        return {(key(shop), str(hashing.UNKNOWN))}
    if hub == PLACEHOLDER and role in (None, "allow"):
        return {(key(shop), key(NONE))}
    null = hashing.key_hash([None], [parse_type("text")])
    return {(key(shop), str(null))} if role == "allow" else set()

"""Links beyond the plain one: dependent child keys, NULL roles, unknown and inferred hub keys."""

from typing import Any

import pytest

from vault_assets import hashing
from vault_assets.loading.audits import AuditsFailedError
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse

LINES = {"shop_order": "integer", "line": "integer", "product": "text"}


def orders(**changes: Any) -> dict[str, Any]:
    """Declare orders and products, and lines that may know products before we do."""
    return {
        "sources": {
            "lines": source(LINES),
            "products": source({"product": "text", "name": "text"}),
        },
        "hubs": {
            "h_orders": {"keys": "shop_order", "from": "lines"},
            "h_products": {"keys": "product", "payload": "name", "from": "products"},
        },
        "links": {
            "l_lines": {
                "hubs": {"hk_orders": "h_orders", "hk_products": "h_products"},
                "from": "lines",
                **changes,
            }
        },
    }


def test_a_dependent_child_key_belongs_to_the_key() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**orders(child_keys="line", orphans="pass")))
        house.land("lines", (1, 1, "a"), (1, 2, "a"), (1, 2, "a"), (1, None, "a"))
        loaded = house.load()
        assert house.rows("l_lines", "hk_orders hk_products line") == [("1", "a", 1), ("1", "a", 2)]
        assert house.quarantined("lines", "l_lines") == [("lines-1", 5, "null_key:line")]
        types = [house.warehouse.sources["lines"].columns[name].type for name in LINES]
        wanted = hashing.key_hash([1, "a", 1], [types[0], types[2], types[1]])
        keys = house.query("select lk_lines from vault.l_lines where line = 1")
        assert keys == [(wanted,)]
        recomputes = [v for v in loaded.verdicts if v.audit.name == "key_recomputes"]
        assert [verdict.passed for verdict in recomputes] == [True]


def test_a_null_role_points_to_the_unknown_row() -> None:
    with memory_lake() as lake:
        declared = orders(nulls={"hk_products": "unknown"}, orphans="pass")
        house = House(lake, warehouse(**declared))
        house.land("lines", (1, 1, None), (2, 1, None), (None, 1, None))
        house.load()
        assert house.rows("l_lines", "hk_orders hk_products") == [
            ("1", hashing.UNKNOWN),
            ("2", hashing.UNKNOWN),
        ]
        assert house.quarantined("lines", "l_lines") == [("lines-1", 4, "null_key:hk_orders")]
        types = [
            house.warehouse.sources["lines"].columns[n].type for n in ("shop_order", "product")
        ]
        keys = house.query("select lk_lines from vault.l_lines where batch_id <> 'ghost'")
        assert (hashing.key_hash([1, None], types),) in keys


def test_an_optional_key_part_is_a_value() -> None:
    with memory_lake() as lake:
        declared = orders(nulls={"hk_products": "allow"})
        declared["hubs"]["h_products"] = {
            "keys": "product",
            "optional": "product",
            "from": ["products", "lines"],
            "payload": [],
        }
        house = House(lake, warehouse(**declared))
        house.land("lines", (1, 1, None), (2, 1, ""))
        house.load()
        assert house.rows("h_products", "product") == [("",), (None,)]
        assert len(house.rows("l_lines", "hk_orders hk_products")) == 2
        assert house.quarantined("lines", "h_products") == []


@pytest.mark.parametrize("first", ["lines", "products"])
def test_an_inferred_hub_key_is_known_from_the_row_that_refers_to_it(first: str) -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**orders(orphans="infer")))
        rows = {"lines": [(1, 1, "a"), (1, 2, None)], "products": [("a", "Apple")]}
        for name in (first, *(name for name in rows if name != first)):
            house.land(name, *rows[name])
            house.load()
        inferred = ("a", None, "inferred", 1) if first == "lines" else ("a", "Apple", "test", 1)
        assert house.rows("h_products", "product name record_source load_ts") == [inferred]
        assert house.rows("l_lines", "hk_orders hk_products") == [("1", "a")]
        assert house.quarantined("lines", "h_products") == []
        assert house.quarantined("lines", "l_lines") == [("lines-1", 3, "null_key:hk_products")][
            : first == "lines"
        ] or house.quarantined("lines", "l_lines") == [("lines-2", 3, "null_key:hk_products")]


def test_an_orphan_may_point_to_the_unknown_row() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**orders(orphans="unknown")))
        house.land("products", ("a", "Apple"))
        house.land("lines", (1, 1, "a"), (1, 2, "b"))
        house.load()
        assert house.rows("l_lines", "hk_orders hk_products") == [
            ("1", "a"),
            ("1", hashing.UNKNOWN),
        ]


def test_orphans_may_fail_the_load() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**orders(orphans="fail")))
        house.land("products", ("a", "Apple"))
        house.land("lines", (1, 1, "b"))
        with pytest.raises(AuditsFailedError, match="no_orphan"):
            house.load()
        house.land("products", ("b", "Banana"))
        house.load()
        assert house.rows("l_lines", "hk_orders hk_products") == [("1", "b")]

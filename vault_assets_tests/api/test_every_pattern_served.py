"""Every pattern on real servers: the same rows as in memory, also after maintenance and rebuild."""

from typing import Any

import pytest

from vault_assets.api import AuditsFailedError, Vault, open_lake
from vault_assets.loading.maintaining import maintain
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.settings import Settings
from vault_assets_tests.api.vaults import day, rows, source
from vault_assets_tests.places import Place

pytestmark = pytest.mark.slow
SHOP: dict[str, Any] = {
    "name": "shop",
    "sources": {
        "customers": source(
            {"customer": {"type": "text", "nullable": False}, "city": "text", "age": "integer"},
            "full",
        ),
        "orders": source({"order_no": "text", "customer": "text", "seller": "text"}),
        "lines": source({"order_no": "text", "product": "text", "line_no": "integer"}, "full"),
        "payments": source(
            {"payment": "text", "customer": "text", "amount": "decimal(9,2)"},
        ),
        "phones": source({"customer": "text", "kind": "text", "number": "text"}),
        "visits": source({"customer": "text", "page": "text", "at": "timestamp"}),
        "countries": source({"country": "text", "name": "text"}, "full"),
    },
    "hubs": {
        "h_customers": {"keys": "customer", "from": ["customers", "orders", "phones", "visits"]},
        "h_orders": {"keys": "order_no", "from": ["orders", "lines"]},
        "h_sellers": {
            "keys": "seller",
            "from": {"stage": "orders", "columns": {"seller": "seller"}},
        },
        "h_products": {"keys": "product", "from": "lines"},
    },
    "links": {
        "l_orders": {
            "hubs": {
                "hk_orders": "h_orders",
                "hk_customers": "h_customers",
                "hk_sellers": "h_sellers",
            },
            "nulls": {"hk_sellers": "unknown"},
            "from": "orders",
        },
        "l_lines": {
            "hubs": {"hk_orders": "h_orders", "hk_products": "h_products"},
            "child_keys": "line_no",
            "from": "lines",
        },
    },
    "non_historized_links": {
        "nhl_payments": {
            "hubs": {"hk_customers": "h_customers"},
            "identity": "payment",
            "payload": "amount",
            "orphans": "infer",
            "from": "payments",
        }
    },
    "satellites": {
        "s_customers": {"parent": "h_customers", "payload": ["city", "age"], "from": "customers"}
    },
    "multi_active_satellites": {
        "s_phones": {
            "parent": "h_customers",
            "child_keys": "kind",
            "payload": "number",
            "from": "phones",
        },
        "s_visits": {
            "parent": "h_customers",
            "child_keys": ["page", "at"],
            "append_only": True,
            "from": "visits",
        },
    },
    "effectivity_satellites": {
        "e_orders": {"link": "l_orders", "driving": "hk_orders", "from": "orders"},
        "e_lines": {"link": "l_lines", "from": "lines"},
    },
    "status_tracking_satellites": {
        "st_customers": {
            "parent": "h_customers",
            "from": "customers",
            "hold_if_closing_over": 0.6,
        }
    },
    "record_tracking_satellites": {"rt_customers": {"parent": "h_customers", "from": "customers"}},
    "reference_tables": {
        "ref_countries": {"code": "country", "payload": "name", "from": "countries"}
    },
    "snapshots": {"control": {"keep": {"daily": 7}}},
    "pits": {
        "p_customers": {
            "hub": "h_customers",
            "satellites": ["s_customers", "s_phones"],
            "snapshots": "control",
        }
    },
    "bridges": {
        "b_lines": {
            "path": ["h_products", "l_lines", "h_orders"],
            "effectivity": {"l_lines": "e_lines"},
            "snapshots": "control",
        }
    },
}
DELIVERIES: dict[str, list[list[tuple[Any, ...]]]] = {
    "customers": [
        [("ann", "Oslo", "1"), ("bob", "Rome", "2"), ("cid", "Bonn", "old")],
        [("ann", "Rome", "1"), ("bob", None, "2"), ("cid", "Bonn", "3")],
    ],
    "orders": [
        [("o1", "ann", "s1"), ("o2", "bob", None)],
        [("o1", "bob", "s1"), ("o1", "ann", "s2"), ("o3", "dan", "s1")],
    ],
    "lines": [[("o1", "p", 1), ("o1", "q", 2)], [("o1", "q", 2), ("o2", "p", 1)]],
    "payments": [
        [("t1", "ann", "1.50"), ("t1", "ann", "1.5")],
        [("t2", "eve", "2"), ("t1", "ann", "9")],
    ],
    "phones": [[("ann", "home", "1"), ("ann", "work", "2")], [("ann", "work", "2")]],
    "visits": [[("ann", "/a", "2024-01-01 10:00:00")], [("ann", "/a", "2024-01-01 10:00:00")]],
    "countries": [[("NO", "Norway")], [("NO", "Norge"), ("IT", "Italy")]],
}  # fmt: skip
TABLES = [
    name
    for field in (
        *("hubs", "links", "non_historized_links", "satellites", "multi_active_satellites"),
        *("effectivity_satellites", "status_tracking_satellites", "record_tracking_satellites"),
        *("reference_tables", "pits", "bridges"),
    )
    for name in SHOP[field]
]


def add(vault: Vault, name: str, number: int, given: list[tuple[Any, ...]]) -> None:
    names = list(SHOP["sources"][name]["columns"])
    batch = [dict(zip(names, row, strict=True)) for row in given]
    vault.add_batch(name, batch, load_ts=day(number), batch_id=f"{name}-{number}")


def deliver(vault: Vault) -> None:
    """Load two deliveries of each source, a released row, a held snapshot; build query tables."""
    for number in (1, 2):
        for name, deliveries in DELIVERIES.items():
            add(vault, name, number, deliveries[number - 1])
        vault.load()
        if number == 1:
            fixed = [{"row_no": 3, "customer": "cid", "city": "Bonn", "age": 3}]
            vault.release(
                "customers-1", fixed, load_ts=day(1).replace(hour=12), new_batch_id="customers-1b"
            )
            vault.load()
    add(vault, "customers", 3, [("ann", "Rome", "1")])
    with pytest.raises(AuditsFailedError, match="mass_close"):
        vault.load()
    vault.release_held("customers-3", reason="a shop was closed")
    vault.load()
    vault.add_snapshots("control", [day(2), day(3), day(4)])
    build(vault)


def build(vault: Vault) -> None:
    vault.build_pit("p_customers")
    vault.build_bridge("b_lines")


def contents(vault: Vault) -> dict[str, list[str]]:
    return {name: sorted(map(repr, vault.table(name, ghosts=True).to_pylist())) for name in TABLES}


def test_the_servers_hold_what_memory_holds_whatever_is_done_to_them(place: Place) -> None:
    with open_lake(SHOP) as memory:
        deliver(memory)
        wanted = contents(memory)
        for name in TABLES:
            if name not in {*SHOP["pits"], *SHOP["bridges"]}:
                failed = [v.audit.name for v in memory.check(name) if not v.passed]
                assert failed in ([], ["changed_ignored"], ["mass_close"]), (name, failed)
    with open_lake(SHOP, settings=Settings()) as vault:
        deliver(vault)
        assert contents(vault) == wanted
        done = maintain(vault.lake, keep_days=0, clean_days=1)
        assert done.files_after < done.files_before
        assert contents(vault) == wanted
        vault.rebuild()
        assert contents(vault) == wanted
        build(vault)
        assert contents(vault) == wanted
    with open_lake(SHOP, settings=Settings()) as vault:
        assert vault.load("s_customers").rows_written == 0
        assert contents(vault) == wanted
    assert place.value("select count(*) from registry.released", "shop") == 1


def test_parts_on_a_bucket_are_one_snapshot(place: Place) -> None:
    group = {"by": r"shop/(?P<day>\d+)/(?P<part>.+)\.csv", "complete": {"marker": "_SUCCESS"}}
    customers = {**SHOP["sources"]["customers"], "objects": "shop/*/*.csv", "group": group}
    declared = {
        "name": "shop",
        "sources": {"customers": customers},
        "hubs": {"h_customers": {"keys": "customer", "from": "customers"}},
        "status_tracking_satellites": {"st": {"parent": "h_customers", "from": "customers"}},
    }
    with open_lake(declared, settings=Settings()) as vault:

        def loaded() -> int:
            new = register(vault.lake, place.store, vault.warehouse, "customers").new
            stage_batches(vault.lake, place.store, vault.warehouse, "customers", run_id="test")
            vault.load()
            return len(new)

        for part, name in enumerate(("ann", "bob")):
            place.store.put(f"shop/1/{part}.csv", f"customer,city,age\n{name},Oslo,1\n".encode())
        assert loaded() == 0
        place.store.put("shop/1/_SUCCESS", b"")
        assert loaded() == 1
        assert loaded() == 0
        assert rows(vault, "st", "status") == [("ACTIVE",)] * 2
        assert vault.batches()[0]["object_key"] == "shop/1/*.csv"

"""Same-as links, tracked changes and sets of partners on rows given in memory."""

from typing import Any

from vault_assets.api import (
    EffectivitySatellite,
    ExtendedTrackingSatellite,
    SameAsLink,
    Warehouse,
    open_lake,
)
from vault_assets.sql.tracing import mart_lineage, mart_tables
from vault_assets_tests.api.vaults import day, rows

LINK: dict[str, Any] = {
    "stage": "merges",
    "keys": {"hk_master": "into", "hk_duplicate": "customer"},
}
SHOP = Warehouse.model_validate(
    {
        "name": "shop",
        "sources": {
            "customers": {"objects": "x", "columns": {"customer": "text", "city": "text"}},
            "merges": {"objects": "x", "columns": {"customer": "text", "into": "text"}},
        },
        "hubs": {"h_customers": {"keys": "customer", "from": "customers"}},
        "same_as_links": {
            "sal_customers": SameAsLink.model_validate(
                {
                    "hubs": {"hk_master": "h_customers", "hk_duplicate": "h_customers"},
                    "from": LINK,
                    "orphans": "infer",
                }
            )
        },
        "satellites": {
            "s_customers": {"parent": "h_customers", "payload": "city", "from": "customers"}
        },
        "effectivity_satellites": {
            "e_customers": EffectivitySatellite.model_validate(
                {
                    "link": "sal_customers",
                    "driving": "hk_master",
                    "cardinality": "set",
                    "from": "merges",
                    "orphans": "quarantine",
                }
            )
        },
        "extended_tracking_satellites": {
            "xts_customers": ExtendedTrackingSatellite.model_validate(
                {"parent": "h_customers", "satellites": ["s_customers"]}
            )
        },
        "marts": {
            "masters": {
                "sql": "select h.customer, m.customer as master from vault.h_customers_x_master v "
                "join vault.h_customers h using (hk_customers) "
                "join vault.h_customers m on m.hk_customers = v.hk_master "
                "where h.batch_id <> 'ghost'",
                "key": "customer",
            }
        },
    }
)


def test_masters_can_be_read_by_a_mart_and_undone_by_a_smaller_set() -> None:
    with open_lake(SHOP) as vault:
        vault.add_batch("customers", [{"customer": "z", "city": "Oslo"}], load_ts=day(1))
        pairs = [{"customer": "b", "into": "a"}, {"customer": "c", "into": "a"}]
        vault.add_batch("merges", pairs, load_ts=day(2))
        vault.add_batch("merges", pairs[1:], load_ts=day(3))
        vault.load()
        for name in ("sal_customers", "e_customers", "xts_customers"):
            assert all(verdict.passed for verdict in vault.check(name)), name
        vault.build("masters")
        found = vault.query("from mart.masters order by 1").to_pylist()
        assert [tuple(row.values()) for row in found] == [
            ("a", "a"),
            ("b", "b"),
            ("c", "a"),
            ("z", "z"),
        ]
        assert rows(vault, "xts_customers", "satellite load_ts") == [("s_customers", day(1))]


def test_a_mart_of_masters_depends_on_what_undoes_them_and_knows_its_columns() -> None:
    assert mart_tables(SHOP, "masters") == [("vault", "e_customers"), ("vault", "h_customers")]
    assert mart_lineage(SHOP, "masters")["master"] == [("vault", "h_customers", "customer")]
    keys = {"keys": {"sql": "select hk_customers, hk_master from vault.h_customers_x_master"}}
    declared = SHOP.model_copy(
        update={
            "marts": Warehouse.model_validate(
                {"name": "shop", "sources": SHOP.sources, "marts": keys}
            ).marts
        }
    )
    assert mart_lineage(declared, "keys") == {
        "hk_customers": [("vault", "h_customers", "hk_customers")],
        "hk_master": [("vault", "sal_customers", "hk_master")],
    }

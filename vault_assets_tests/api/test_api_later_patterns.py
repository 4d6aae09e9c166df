"""Links of events, statuses, records and codes on rows given in memory."""

from typing import Any

import pytest

from vault_assets.api import Vault, open_lake
from vault_assets_tests.api.vaults import day, rows

SHOP: dict[str, Any] = {
    "name": "shop",
    "sources": {
        "customers": {
            "objects": "x",
            "delivery": "full",
            "columns": {"customer": "text", "country": "text"},
        },
        "payments": {
            "objects": "x",
            "columns": {"payment": "text", "customer": "text", "amount": "decimal(9,2)"},
        },
        "countries": {"objects": "x", "columns": {"country": "text", "name": "text"}},
    },
    "hubs": {"h_customers": {"keys": "customer", "from": "customers"}},
    "non_historized_links": {
        "nhl_payments": {
            "hubs": {"hk_customers": "h_customers"},
            "identity": "payment",
            "payload": "amount",
            "orphans": "infer",
            "from": "payments",
        }
    },
    "status_tracking_satellites": {"st_customers": {"parent": "h_customers", "from": "customers"}},
    "record_tracking_satellites": {"rt_customers": {"parent": "h_customers", "from": "customers"}},
    "reference_tables": {
        "ref_countries": {"code": "country", "payload": "name", "from": "countries"}
    },
}


@pytest.fixture
def vault() -> Any:
    with open_lake(SHOP) as opened:
        yield opened


def test_events_statuses_records_and_codes(vault: Vault) -> None:
    vault.add_batch(
        "payments", [{"payment": "p1", "customer": "ann", "amount": "9.50"}], load_ts=day(1)
    )
    vault.add_batch("customers", [{"customer": "bob", "country": "RU"}], load_ts=day(1))
    vault.add_batch("customers", [], load_ts=day(2))
    vault.add_batch("countries", [{"country": "RU", "name": "Russia"}], load_ts=day(1))
    vault.add_batch("countries", [{"country": "RU", "name": "Rossiya"}], load_ts=day(2))
    vault.load()
    assert rows(vault, "h_customers", "customer record_source") == [
        ("ann", "inferred"),
        ("bob", "s3"),
    ]
    assert [row[0] for row in rows(vault, "nhl_payments", "payment amount")] == ["p1"]
    assert rows(vault, "st_customers", "status load_ts") == [
        ("ACTIVE", day(1)),
        ("DELETED", day(2)),
    ]
    assert rows(vault, "rt_customers", "load_ts") == [(day(1),)]
    assert rows(vault, "ref_countries", "name load_ts") == [
        ("Rossiya", day(2)),
        ("Russia", day(1)),
    ]
    for name in ("nhl_payments", "st_customers", "rt_customers", "ref_countries"):
        failed = {v.audit.name for v in vault.check(name) if not v.passed}
        assert failed <= {"mass_close"}, name


def test_a_pit_points_to_the_rows_that_were_valid() -> None:
    declared = {
        "name": "shop",
        "sources": {"customers": {"objects": "x", "columns": {"customer": "text", "v": "text"}}},
        "hubs": {"h_customers": {"keys": "customer", "from": "customers"}},
        "satellites": {
            "s_customers": {"parent": "h_customers", "payload": "v", "from": "customers"}
        },
        "snapshots": {"control": {"keep": {"daily": "forever"}}},
        "pits": {
            "p_customers": {
                "hub": "h_customers",
                "satellites": "s_customers",
                "snapshots": "control",
            }
        },
    }
    with open_lake(declared) as vault:
        for number, values in enumerate(("A", "BC"), start=2):
            batch = [{"customer": "ann", "v": value} for value in values]
            vault.add_batch("customers", batch, load_ts=day(number))
        vault.load()
        added = vault.add_snapshots("control", [day(1), day(2), day(3)])
        built = vault.build_pit("p_customers")
        assert all(verdict.passed for verdict in (*added.verdicts, *built.verdicts))
        pointed = vault.query(
            "select p.snapshot_ts, s.v from vault.p_customers as p join vault.s_customers as s "
            "on s.hk_customers = p.s_customers_key and s.load_ts = p.s_customers_load_ts "
            "and s.load_seq = p.s_customers_load_seq order by 1"
        ).to_pylist()
        assert [tuple(row.values()) for row in pointed] == [(day(2), "A"), (day(3), "C")]
        assert len(rows(vault, "p_customers", "snapshot_ts")) == 2

"""Every pattern on rows that bring their own load times and sources; then hashed anew."""

from typing import Any

from vault_assets.api import Vault, open_lake
from vault_assets_tests.api.test_every_pattern_served import DELIVERIES, SHOP
from vault_assets_tests.api.vaults import day, rows, source

MERGES = {"stage": "merges", "keys": {"hk_master": "into", "hk_duplicate": "customer"}}
WHOLE: dict[str, Any] = {
    **SHOP,
    "sources": {
        **SHOP["sources"],
        "merges": source({"customer": "text", "into": "text"}),
        "teams": source({"team": "text", "customer": "text", "at": "timestamp"}),
    },
    "hubs": {**SHOP["hubs"], "h_teams": {"keys": "team", "from": "teams"}},
    "links": {
        **SHOP["links"],
        "l_teams": {
            "hubs": {"hk_teams": "h_teams", "hk_customers": "h_customers"},
            "orphans": "infer",
            "from": "teams",
        },
    },
    "satellites": {
        **SHOP["satellites"],
        "s_lines": {"parent": "l_lines", "payload": "product", "from": "lines"},
    },
    "same_as_links": {
        "sal_customers": {
            "hubs": {"hk_master": "h_customers", "hk_duplicate": "h_customers"},
            "from": MERGES,
            "orphans": "infer",
        }
    },
    "effectivity_satellites": {
        **SHOP["effectivity_satellites"],
        "e_teams": {
            "link": "l_teams", "driving": "hk_teams", "cardinality": "set", "from": "teams",
        },
    },
    "event_effectivity_satellites": {
        "ee_teams": {
            "link": "l_teams", "driving": "hk_customers", "from": {"stage": "teams", "at": "at"},
        }
    },
    "extended_tracking_satellites": {
        "xts_customers": {"parent": "h_customers", "satellites": ["s_customers", "s_phones"]}
    },
}  # fmt: skip
GIVEN: dict[str, list[list[tuple[Any, ...]]]] = {
    **DELIVERIES,
    "merges": [[("dan", "ann")], [("eve", "dan")]],
    "teams": [
        [("red", "ann", "2024-01-01 09:00:00"), ("red", "bob", "2024-01-01 10:00:00")],
        [("red", "ann", "2024-01-01 09:00:00"), ("blue", "bob", "2024-01-01 12:00:00")],
    ],
}
EXPECTED: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "h_customers": (
        "customer load_ts record_source",
        [
            ("ann", day(1), "first"), ("bob", day(1), "first"), ("cid", day(2), "second"),
            ("dan", day(1), "inferred"), ("eve", day(2), "inferred"),
        ],
    ),
    "l_lines": ("line_no load_ts", [(1, day(1)), (1, day(2)), (2, day(1))]),
    "nhl_payments": (
        "payment load_ts record_source", [("t1", day(1), "first"), ("t2", day(2), "second")]
    ),
    "sal_customers": ("is_current load_ts", [(True, day(1)), (True, day(2))]),
    "s_customers": (
        "city load_ts load_seq",
        [("Bonn", day(2), 0), ("Oslo", day(1), 0), ("Rome", day(1), 0), ("Rome", day(2), 0),
         (None, day(2), 0)],
    ),
    "s_lines": ("product load_ts", [("p", day(1)), ("p", day(2)), ("q", day(1))]),
    "s_phones": (
        "kind number load_ts",
        [("home", "1", day(1)), ("work", "2", day(1)), ("work", "2", day(2))],
    ),
    "s_visits": ("page load_ts", [("/a", day(1))]),
    "e_orders": (
        "is_active load_ts load_seq",
        [
            (False, day(2), 0), (False, day(2), 1), (True, day(1), 0), (True, day(1), 0),
            (True, day(2), 0), (True, day(2), 0), (True, day(2), 0),
        ],
    ),
    "e_lines": (
        "is_active load_ts",
        [(False, day(2)), (True, day(1)), (True, day(1)), (True, day(2))],
    ),
    "e_teams": (
        "is_active load_ts",
        [(False, day(2)), (True, day(1)), (True, day(1)), (True, day(2))],
    ),
    "ee_teams": ("load_ts", [(day(1),), (day(1),), (day(2),)]),
    "st_customers": (
        "status load_ts", [("ACTIVE", day(1)), ("ACTIVE", day(1)), ("ACTIVE", day(2))]
    ),
    "rt_customers": ("load_ts", [(day(1),)] * 2 + [(day(2),)] * 3),
    "xts_customers": (
        "satellite load_ts",
        [("s_customers", day(1))] * 2 + [("s_customers", day(2))] * 3
        + [("s_phones", day(1)), ("s_phones", day(2))],
    ),
    "ref_countries": ("name load_ts", [("Italy", day(2)), ("Norge", day(2)), ("Norway", day(1))]),
    "p_customers": ("snapshot_ts", [(day(1),)] * 3 + [(day(2),)] * 5),
    "b_lines": ("snapshot_ts", [(day(1),)] * 2 + [(day(2),)] * 2),
}  # fmt: skip


def give(vault: Vault) -> None:
    for name, deliveries in GIVEN.items():
        names = list(WHOLE["sources"][name]["columns"])
        vault.add_rows(
            name,
            [
                {
                    **dict(zip(names, row, strict=True)),
                    "load_ts": day(number),
                    "record_source": source,
                }
                for number, source in ((1, "first"), (2, "second"))
                for row in deliveries[number - 1]
            ],
        )


def look(vault: Vault) -> None:
    for name, (columns, wanted) in EXPECTED.items():
        assert rows(vault, name, columns) == wanted, name


def test_every_pattern_keeps_the_times_and_sources_that_it_is_given() -> None:
    with open_lake(WHOLE) as vault:
        give(vault)
        vault.load()
        vault.add_snapshots("control", [day(1), day(2)])
        vault.build_pit("p_customers")
        vault.build_bridge("b_lines")
        look(vault)
        tables = [name for _, name, _ in vault.warehouse.vault_tables()]
        for name in tables:
            sources = set(vault.table(name)["record_source"].to_pylist())
            assert sources <= {"first", "second", "inferred"}, name
            failed = [v.audit.name for v in vault.check(name) if not v.passed]
            assert failed in ([], ["changed_ignored"]), (name, failed)
            counted = vault.counters(name)
            assert counted, name
            assert all(
                row["rows_in"]
                == row["inserted"] + row["unchanged"] + row["duplicate"] + row["quarantined"]
                for row in counted
            ), name
        before = [vault.table(name).sort_by("load_ts").num_rows for name in tables]
        told: list[str] = []
        vault.rebuild(progress=told.append)
        look(vault)
        assert [vault.table(name).num_rows for name in tables] == before
        assert [line for line in told if "vault." in line] == [f"vault.{name}" for name in tables]


def test_a_vault_is_hashed_anew_with_progress_and_a_check() -> None:
    with open_lake(WHOLE) as vault:
        give(vault)
        vault.load()
        keys = {row[0] for row in rows(vault, "h_customers", "hk_customers")}
        other = {**WHOLE, "hashing": {"digest": "sha256"}}
        with open_lake(other) as declared:
            vault.warehouse = declared.warehouse
        told: list[str] = []
        vault.rebuild(progress=told.append)
        assert not keys & {row[0] for row in rows(vault, "h_customers", "hk_customers")}
        assert [line for line in told if "stage.customers" in line]
        for name, (columns, wanted) in EXPECTED.items():
            if name not in {*WHOLE["pits"], *WHOLE["bridges"]}:
                assert rows(vault, name, columns) == wanted, name

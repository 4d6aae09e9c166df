"""Same-as links: chains and cycles on the server end as in a lake in memory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import vertica_python

from vault_assets.api import Vault
from vault_assets.errors import TargetError
from vault_assets.model import Warehouse
from vault_assets.targets.memory import MemoryLake
from vault_assets.targets.target import Target
from vault_assets_tests.api.vaults import day
from vault_assets_tests.loading.test_same_as_links import register
from vault_assets_tests.loading.warehouses import warehouse
from vault_assets_tests.vertica.houses import house
from vault_assets_tests.vertica.parity import contents, fix_clock, tables
from vault_assets_tests.vertica_server.server import Server

pytestmark = pytest.mark.timeout(600)

CHAIN = [(f"p{n + 1:02}", f"p{n:02}") for n in range(12)]
DELIVERIES = [
    [("b", "a"), ("c", "b"), ("x", "x"), (None, "a"), ("d", "e"), ("d", "f"), *CHAIN],
    [("a", "c"), ("z", "y"), ("y", "z"), ("c", "z"), ("p00", "p12"), ("p06", "q")],
    [("p00", "b"), ("b", "p12"), ("q", "p03"), ("c", "b")],
]


def people() -> Warehouse:
    return warehouse(**register()).model_copy(update={"name": "merging"})


def merge(target: Target) -> list[Any]:
    """Load pairs that make chains and would close cycles, one late; return what was said."""
    vault, said = Vault(people(), target), []
    for number, pairs in enumerate(DELIVERIES, start=2):
        rows = [{"duplicate": duplicate, "master": master} for duplicate, master in pairs]
        vault.add_batch("merges", rows, load_ts=day(number))
        said += vault.load()
    vault.add_batch("merges", [{"duplicate": "a", "master": "r"}], load_ts=day(1), late=True)
    said += vault.load(repair=True)
    return [
        (done.table, done.rows_written, [(v.audit.name, v.failed_rows) for v in done.verdicts])
        for done in said
    ]


def test_chains_and_cycles_end_the_same(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MemoryLake("merging") as lake, house(server, tmp_path, "merging") as vertica:
        told = []
        for target in (lake, vertica):
            with monkeypatch.context() as patch:
                fix_clock(patch)
                told.append(merge(target))
        assert told[0] == told[1]
        found = tables(lake)
        assert tables(vertica) == found
        for table, columns in found.items():
            ours, theirs = (contents(target, table, columns) for target in (vertica, lake))
            assert (table, ours) == (table, theirs)
        reasons = vertica.session().rows(
            "select distinct reason from stage.merges_quarantine order by reason"
        )
        assert {"reason": "cycle"} in reasons


def test_a_recursive_view_is_refused(server: Server, tmp_path: Path) -> None:
    """How deep it goes would be up to the session of whoever reads it."""
    with house(server, tmp_path, "merging_views") as target:
        target.session().run('create schema if not exists "mart"')
        with pytest.raises(TargetError, match="recursive view"):
            target.session().run(
                "create view mart.v as with recursive r as (select 1 as a union all "
                "select a + 1 from r where a < 3) select a from r"
            )


def test_the_stand_in_does_not_recurse_before_it_is_told_how_deep(
    connect: Callable[..., Any],
) -> None:
    cursor = connect().cursor()
    sql = (
        "with recursive r as (select 1 as a union all select a + 1 from r where a < 20) "
        "select max(a) from r"
    )
    with pytest.raises(vertica_python.errors.QueryError, match="WithClauseRecursionLimit"):
        cursor.execute(sql)
    cursor.execute("alter session set WithClauseRecursionLimit = 1000")
    assert cursor.execute(sql).fetchall() == [[20]]

"""A table that is made anew with other columns: readers see the old one or the new one."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vault_assets.api import Vault
from vault_assets.loading.audits import Audit, AuditsFailedError
from vault_assets.loading.marts import build_mart, replace_table
from vault_assets.loading.replaying import rebuild_vault
from vault_assets.loading.tables import ensure_registry, ensure_stage
from vault_assets.loading.writing import Query
from vault_assets.model import Warehouse
from vault_assets.sql.stages import stage_plan
from vault_assets.targets.session import Session
from vault_assets.targets.vertica import Vertica, client
from vault_assets.targets.vertica.names import Schemas
from vault_assets.targets.vertica.wire import Answer, Wire
from vault_assets_tests.api.vaults import day
from vault_assets_tests.vertica.houses import house
from vault_assets_tests.vertica.test_physical_design import towns
from vault_assets_tests.vertica_server.server import Server

OLD = Query("select 1 as a, 2 as b")
NEW = Query("select 'x' as a, range as c from range(3)")
REFUSED = Audit("never", 'select "numbers"."c" from "mart"."numbers"', "No rows.", blocking=True)

OTHER = Audit("never", 'select 1 from "mart"."numbers"', "No rows.", blocking=True)


@pytest.fixture
def target(server: Server, tmp_path: Path) -> Iterator[Vertica]:
    with house(server, tmp_path, "anew") as found:
        replace_table(found, "mart", "numbers", OLD)
        yield found
        for layer in ("mart", "stage", "vault", "registry"):
            found.connection().wire.run(f"drop schema if exists anew_{layer} cascade")


def stored(target: Vertica) -> list[tuple[Any, ...]]:
    return target.relation('select * from "mart"."numbers" order by all').fetchall()


def watched(monkeypatch: pytest.MonkeyPatch, look: Callable[[str], None]) -> None:
    """Look at the server before each statement of a load."""
    real = Wire.run

    def run(self: Wire, sql: str, data: Any = None) -> Answer:
        if " load " in self.label:
            look(sql)
        return real(self, sql, data)

    monkeypatch.setattr(Wire, "run", run)


def test_readers_see_the_old_rows_or_the_new_ones(
    target: Vertica, connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other, sent, seen = connect(autocommit=True).cursor(), [], []

    def look(sql: str) -> None:
        sent.append(sql)
        rows = other.execute("select * from anew_mart.numbers order by 2").fetchall()
        if not seen or seen[-1] != rows:
            seen.append(rows)

    watched(monkeypatch, look)
    written = replace_table(target, "mart", "numbers", NEW)
    look("")
    assert written.rows == 3
    assert seen == [[[1, 2]], [["x", 0], ["x", 1], ["x", 2]]]
    assert stored(target) == [("x", 0), ("x", 1), ("x", 2)]
    assert (
        'alter table "anew_mart"."numbers", "anew_mart"."numbers$new" '
        'rename to "numbers$old", "numbers"'
    ) in sent
    left = other.execute("select table_name from v_catalog.tables where table_schema = 'anew_mart'")
    assert left.fetchall() == [["numbers"]]


def test_rows_alone_are_replaced_without_a_definition(
    target: Vertica, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    watched(monkeypatch, sent.append)
    replace_table(target, "mart", "numbers", Query("select 3 as a, 4 as b"))
    assert stored(target) == [(3, 4)]
    assert [sql for sql in sent if sql.startswith(("alter", "create", "drop"))] == []


def test_a_blocking_audit_judges_the_new_rows_and_leaves_the_old(target: Vertica) -> None:
    with pytest.raises(AuditsFailedError, match="never"):
        replace_table(target, "mart", "numbers", NEW, audits=[REFUSED])
    assert stored(target) == [(1, 2)]
    replace_table(target, "mart", "numbers", NEW)
    assert len(stored(target)) == 3


def test_a_load_that_dies_before_the_renaming_is_finished_by_the_next(
    target: Vertica, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(sql: str) -> None:
        if sql.startswith("alter"):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        watched(patch, die)
        with pytest.raises(KeyboardInterrupt):
            replace_table(target, "mart", "numbers", NEW)
    target.close()
    with house(server, tmp_path / "other", "anew") as other:
        assert stored(other) == [(1, 2)]
        counted = other.transaction(
            ["mart.numbers"], lambda session: session.value('select count(c) from "mart"."numbers"')
        )
        assert counted == 3
        assert stored(other) == [("x", 0), ("x", 1), ("x", 2)]


def test_a_table_without_a_commit_is_not_put_into_place(
    target: Vertica, server: Server, tmp_path: Path
) -> None:
    replace_table(target, "mart", "numbers", NEW)
    with pytest.raises(AuditsFailedError, match="never"):
        replace_table(target, "mart", "numbers", OLD, audits=[OTHER])
    assert server.table("anew_mart.numbers$new")
    with house(server, tmp_path / "other", "anew") as other:
        other.transaction(["mart.numbers"], lambda _: None)
        assert len(stored(other)) == 3


@pytest.mark.parametrize("begin", ["commit", "alter", 'drop table "anew', 'delete from "anew_reg'])
def test_a_connection_lost_around_the_renaming_is_made_good(
    target: Vertica, monkeypatch: pytest.MonkeyPatch, begin: str
) -> None:
    sent: list[str] = []

    def lose(sql: str) -> None:
        renames = sql.startswith("alter") or any(text.startswith("alter") for text in sent)
        if sql.startswith(begin) and (renames or begin == "commit") and "lost" not in sent:
            sent.append("lost")
            target.connection().wire.close()
            raise client.client().errors.ConnectionError("connection reset")
        sent.append(sql)

    watched(monkeypatch, lose)
    replace_table(target, "mart", "numbers", NEW)
    assert "lost" in sent
    assert len(stored(target)) == 3


def test_a_mart_becomes_a_view_and_a_table_again(target: Vertica, server: Server) -> None:
    def house_of(**mart: Any) -> Warehouse:
        sql = "select id, town from stage.people"
        return Warehouse.model_validate(towns() | {"marts": {"towns": {"sql": sql, **mart}}})

    def stage(session: Session) -> None:
        ensure_registry(session)
        ensure_stage(session, stage_plan(house_of(), "people"))

    target.transaction(["stage.people"], stage)
    is_table = []
    for mart in ({}, {"kind": "view"}, {}):
        build_mart(target, house_of(**mart), "towns")
        assert target.relation('select "id", "town" from "mart"."towns"').fetchall() == []
        is_table.append(server.table("anew_mart.towns") is not None)
    assert is_table == [True, False, True]


def test_a_rebuilt_satellite_gets_its_columns_and_views(target: Vertica, tmp_path: Path) -> None:
    def house_of(payload: list[str]) -> Warehouse:
        return Warehouse.model_validate(towns(payload=payload, vertica={"newest": True}))

    def current(columns: str) -> list[tuple[Any, ...]]:
        sql = f'select {columns} from "vault"."s_people_current" order by "town"'
        return target.relation(sql).fetchall()

    file = tmp_path / "people.csv"
    file.write_text("id,town,born\n1,Riga,2000-01-01\n2,Oslo,2000-01-02\n", encoding="utf-8")
    vault = Vault(house_of(["town"]), target)
    vault.add_batch("people", file, load_ts=day(1), record_source="x")
    for name in ("h_people", "s_people"):
        vault.load(name)
    rebuild_vault(target, house_of(["town", "born"]), run_id="grown")
    assert current('"town", "born"') == [
        ("Oslo", dt.date(2000, 1, 2)),
        ("Riga", dt.date(2000, 1, 1)),
    ]
    rebuild_vault(target, house_of(["town"]), run_id="back")
    assert current("*")[0][1:3] == ("Oslo", day(1))
    left = target.connection().wire.run(
        "select table_name from v_catalog.view_columns where right(table_name, 4) = '$new' "
        "union all select table_name from v_catalog.tables where right(table_name, 4) = '$new'"
    )
    assert left.rows == []


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('SELECT "t"."a" FROM "w_mart"."t"', 'SELECT "t"."a" FROM "w_mart"."t$new" AS "t"'),
        ('SELECT 1 FROM "w_mart"."t" AS "x"', 'SELECT 1 FROM "w_mart"."t$new" AS "x"'),
        ('INSERT INTO "w_mart"."t" ("a")', 'INSERT INTO "w_mart"."t$new" ("a")'),
        ('DELETE FROM "w_mart"."t"', 'DELETE FROM "w_mart"."t$new"'),
        ("""SELECT '"w_mart"."t"' FROM "w_mart"."u\"""",) * 2,
    ],
)
def test_statements_use_the_table_that_is_built(sql: str, expected: str) -> None:
    built = {("mart", "t"): ("mart", "t$new")}
    assert Schemas("w").redirected(sql, built) == expected

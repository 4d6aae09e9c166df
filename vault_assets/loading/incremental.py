"""Replace what changed of a mart: the rows of some partitions or keys, in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from vault_assets.loading.audits import Audit, Verdict, evaluate, refuse_failures
from vault_assets.loading.consuming import NEW, consumed_anew, find_batches, record
from vault_assets.loading.layouts import change_layout, ensure_layout
from vault_assets.loading.mart_keys import (
    key_text,
    mart_audits,
    of_all_rows,
    proved_key,
    written_audit,
)
from vault_assets.loading.refreshing import refresh_of
from vault_assets.loading.tables import ensure_registry
from vault_assets.loading.writing import Query, Written, described, fit, source_of
from vault_assets.model import Warehouse
from vault_assets.model.incremental import WRITTEN_ROWS
from vault_assets.model.partitions import BATCHES
from vault_assets.sql.plans import TablePlan
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target


class Division(Protocol):
    """How a mart is divided: by partition or by key."""

    @property
    def table(self) -> TablePlan:
        """The mart."""
        ...

    @property
    def temp(self) -> str:
        """The temp table that says what is built; the mart's query reads it."""
        ...

    @property
    def everything(self) -> bool:
        """Whether all of the mart was asked for."""
        ...

    @property
    def consumes(self) -> bool:
        """Whether new batches say what is built, not a person."""
        ...

    @property
    def keeps_written(self) -> bool:
        """Whether temp table `written_rows` holds what is written, if not all is."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the mart that divide it."""
        ...

    @property
    def matching(self) -> str:
        """SQL: whether a row of the mart belongs to what is built."""
        ...

    @property
    def only_changed(self) -> Audit:
        """The audit that the query returns rows of what is built, and no others."""
        ...

    def strangers(self, query: str) -> str:
        """Return the SQL of the rows of a query that are not of what is built."""
        ...

    def prepare(self, session: Session) -> None:
        """Make the temp table, empty: the mart's query cannot be described without it."""
        ...

    def refuse_columns(self, session: Session, columns: Mapping[str, str]) -> None:
        """Refuse a query whose columns do not fit the division."""
        ...

    def choose(self, session: Session, *, whole: bool) -> None:
        """Fill the temp table."""
        ...

    def built(self, session: Session) -> Sequence[Any]:
        """Return the partitions that are built; none of a mart by key."""
        ...

    def finish(self, session: Session) -> dict[str, Any]:
        """Note what is still to be done, and return what `Written` tells of the build."""
        ...


def replace_changed(
    lake: Target,
    warehouse: Warehouse,
    name: str,
    query: Query,
    division: Division,
    *,
    run_id: str,
    audits: Sequence[Audit] = (),
) -> Written:
    """Replace the rows of a mart that new batches touch, or those that were asked for.

    All of it is built if the mart is new, its columns have changed, a batch that it consumed was
    loaded anew (what its rows touched before is not known), or the vault was rebuilt.

    Args:
        lake: The warehouse's lake.
        warehouse: The declaration.
        name: The mart; it declares `partition` or `incremental`.
        query: Its query, which reads the temp table of the division.
        division: Its partitions or keys.
        run_id: Written beside the batches that the mart has consumed.
        audits: Checks beyond that of the key; blocking ones are evaluated before the commit.

    Raises:
        AuditsFailedError: A blocking audit failed, or the query returned rows of other partitions
            or keys; the mart is as it was.
        TargetError: Columns do not fit the division.
    """
    table, layout = division.table, warehouse.marts[name].layout
    refresh = refresh_of(warehouse, name)

    def unit(session: Session) -> Written:
        ensure_registry(session)
        find_batches(session, warehouse, name)
        division.prepare(session)
        rows = Query(*source_of(session, query))
        columns = described(session, table, rows.sql, rows.parameters)
        division.refuse_columns(session, columns)
        anew = fit(session, table, columns)
        ensure_layout(session, table, layout)
        whole = anew or division.everything or consumed_anew(session)
        division.choose(session, whole=whole)
        kept = division.keeps_written and not whole
        count = _replace(session, division, rows, whole=whole)
        verdicts = [_only_changed(session, division, rows, count, kept=kept)]
        key_audits = _key_audits(session, warehouse, name, division, whole=whole)
        own = audits if kept else of_all_rows(audits, table)
        verdicts += evaluate(session, [*key_audits, *own], blocking=True)
        refuse_failures(table.label, verdicts)
        verdicts += evaluate(session, own, blocking=False)
        changed = whole or session.value(f"select count(*) > 0 from {division.temp}")
        if changed or session.value(f"select bool_or(is_new) from {BATCHES}"):
            refresh.note(session, changed=changed)
        if whole or division.consumes:
            record(session, table, run_id)
        told = division.finish(session)
        for temporary in (division.temp, BATCHES, NEW, WRITTEN_ROWS):
            session.run(f"drop table if exists temp.{temporary}", note=False)
        done = tuple(session.statements)
        return Written(table.label, count, columns, done, tuple(verdicts), **told)

    change_layout(lake, table, layout)
    return lake.transaction([table.label], unit)


def _replace(session: Session, division: Division, query: Query, *, whole: bool) -> int:
    table, kept = division.table.sql, f"create or replace temp table {WRITTEN_ROWS} as\n"
    if whole:
        session.run(f"delete from {table}")
    elif not session.value(f"select count(*) from {division.temp}"):
        if division.keeps_written:
            session.run(f"{kept}select * from {table} limit 0", note=False)
        return 0
    elif division.keeps_written:
        session.run(f"{kept}{query.sql}", query.parameters)
        session.clear(division.table, division.matching, division.built(session))
        return session.run(f"insert into {table} by name\nselect * from {WRITTEN_ROWS}")
    else:
        session.clear(division.table, division.matching, division.built(session))
    return session.run(f"insert into {table} by name\n{query.sql}", query.parameters)


def _key_audits(
    session: Session, warehouse: Warehouse, name: str, division: Division, *, whole: bool
) -> list[Audit]:
    """Return the audit of the key; over the rows written, if the others have passed it before."""
    key = warehouse.marts[name].key
    if whole or not key or proved_key(session, division.table) != key_text(key):
        return mart_audits(warehouse, name)
    written = (
        WRITTEN_ROWS
        if division.keeps_written
        else f"{division.table.sql} where {division.matching}"
    )
    return [written_audit(warehouse, name, written, division.columns)]


def _only_changed(
    session: Session, division: Division, query: Query, inserted: int, *, kept: bool
) -> Verdict:
    """Judge the rows written: what is built was empty, so that counting its rows is enough."""
    audit, rows = division.only_changed, WRITTEN_ROWS if kept else division.table.sql
    count = f"select count(*) from {rows} where {division.matching}"
    if not inserted or session.value(count) == inserted:
        return Verdict(audit, 0)
    sql = division.strangers(query.sql)
    judged = Audit(audit.name, sql, audit.description, True, parameters=query.parameters)
    return evaluate(session, [judged], blocking=True)[0]

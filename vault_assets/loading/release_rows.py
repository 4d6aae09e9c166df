"""Corrected rows on their way into a new batch: what they replace, and what comes with them."""

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from vault_assets.errors import BatchError
from vault_assets.landing.batches import naive
from vault_assets.loading.adding import Addable
from vault_assets.loading.given_again import given_again
from vault_assets.loading.pattern_audits import LATEST
from vault_assets.loading.prejoining import prejoined
from vault_assets.loading.quarantined import LINE, OpenRows, open_rows
from vault_assets.loading.ready_rows import JoinedRows, ReadyRows
from vault_assets.model import NonHistorizedLink, Warehouse
from vault_assets.model.names import quoted
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.plans import StagePlan
from vault_assets.sql.registry import RELEASED
from vault_assets.sql.stages import hash_expressions
from vault_assets.sql.templates import render
from vault_assets.targets.rows import ROW_NO, read_rows
from vault_assets.targets.session import Session


@dataclass(frozen=True)
class Prepared:
    """What is read before the transaction begins.

    Args:
        ready: The corrected rows.
        numbered: Whether they say which rows they correct.
        lines: Numbers (`row_no`) of the quarantined rows that are not released yet.
    """

    ready: ReadyRows
    numbered: bool
    lines: pa.Table


@contextmanager
def prepared_rows(
    connection: duckdb.DuckDBPyConnection,
    session: Session,
    warehouse: Warehouse,
    source: str,
    batch_id: str,
    *,
    rows: Addable | None,
) -> Iterator[Prepared]:
    """Read and type corrected rows, or else the quarantined lines by today's declaration.

    Args:
        connection: The engine.
        session: Reads the tables, outside of a transaction.
        warehouse: The declaration.
        source: The batch's source.
        batch_id: The batch.
        rows: The corrected rows, if any.

    Raises:
        BatchError: There is nothing to release, or the rows are not those of the source.
    """
    declared = warehouse.sources[source]
    with (
        open_rows(connection, session, warehouse, source, batch_id) as waiting,
        tempfile.TemporaryDirectory() as folder,
    ):
        _refuse_nothing(session, waiting, batch_id)
        given = given_again(waiting, declared, rows, Path(folder), batch_id)
        with read_rows(connection, given, declared.columns) as ready:
            _refuse_useless(ready, again=rows is None, connection=connection, where=batch_id)
            lines = waiting.connection.execute(f"select row_no from {waiting.table}")
            yield Prepared(ready, ROW_NO in given.names, lines.to_arrow_table())


def _refuse_nothing(session: Session, waiting: OpenRows, batch_id: str) -> None:
    if waiting.count():
        return
    children = session.connection.execute(
        f"select batch_id from {RELEASED.sql} where parent_batch_id = $batch_id "
        "group by batch_id order by batch_id",
        {"batch_id": batch_id},
    ).fetchall()
    if not children:
        raise BatchError(
            "has no quarantined rows to release",
            where=batch_id,
            fix="Rows whose parent is unknown come in by themselves once it has arrived.",
        )
    names = ", ".join(name for (name,) in children)
    raise BatchError(
        f"its rows are released already, as {names}",
        where=batch_id,
        fix="What was refused again can be released from there.",
    )


def _refuse_useless(
    ready: ReadyRows, *, again: bool, connection: duckdb.DuckDBPyConnection, where: str
) -> None:
    if not ready.records:
        raise BatchError("there are no rows to release", where=where)
    if ready.loaded or not again:
        return
    ((row_no, reason, detail),) = connection.execute(
        f"select row_no, reason, detail from {ready.quarantined} order by row_no limit 1"
    ).fetchall()
    raise BatchError(
        f"all {ready.records} rows would be refused again, the first (row {row_no}) for "
        f"{reason}: {detail}",
        where=where,
        fix="Mend the declaration first, or give corrected rows.",
    )


def lines_released(session: Session, batch_id: str, prepared: Prepared) -> int:
    """Fill temp table `release_lines`: numbers of the quarantined rows that are replaced.

    Returns:
        How many they are.

    Raises:
        BatchError: A number is missing, there twice, or that of no row to release.
    """
    con, ready = session.connection, prepared.ready
    con.register("open_lines", prepared.lines)
    lines = "select row_no from open_lines"
    if prepared.numbered:
        lines = " union all ".join(
            f"select try_cast(row_no as bigint) as row_no from {view}"
            for view in (ready.rows, ready.quarantined)
        )
    con.execute(f"create or replace temp table release_lines as {lines}")
    wrong = session.rows(
        "select row_no, count(*) as times from release_lines "
        "group by row_no having times > 1 or row_no is null "
        "or row_no not in (select row_no from open_lines) order by row_no nulls first limit 1"
    )
    con.unregister("open_lines")
    if wrong:
        raise _wrong_line(session, batch_id, **wrong[0])
    return session.value("select count(*) from release_lines")


def _wrong_line(session: Session, batch_id: str, row_no: int | None, times: int) -> BatchError:
    if row_no is None:
        return BatchError(f"a corrected row has no {LINE}", where=batch_id)
    if times > 1:
        return BatchError(f"row {row_no} is corrected {times} times", where=batch_id)
    child = session.value(
        f"select min(batch_id) from {RELEASED.sql} "
        "where parent_batch_id = $batch_id and row_no = $row_no",
        {"batch_id": batch_id, "row_no": row_no},
    )
    told = f"is released already, as {child}" if child else "is not quarantined"
    return BatchError(
        f"row {row_no} {told}",
        where=batch_id,
        fix=f"`vault-assets quarantine {batch_id}` lists the rows that can be released.",
    )


def with_carried(
    session: Session,
    warehouse: Warehouse,
    plan: StagePlan,
    prepared: Prepared,
    family: Sequence[str],
    *,
    load_ts: dt.datetime | None,
) -> JoinedRows:
    """Return the rows of the new batch: the corrected ones, and those that come with them.

    Args:
        session: In the transaction, after `lines_released`.
        warehouse: The declaration.
        plan: The stage.
        prepared: The corrected rows.
        family: The batch that the rows once came with, and all that were released from it.
        load_ts: That of the new batch; None: later than all others.
    """
    ready, columns = prepared.ready, tuple(warehouse.sources[plan.source].columns)
    shift = 0 if prepared.numbered else _last_line(session, plan, family)
    number = f"try_cast(row_no as bigint) + {shift} as row_no"
    rows = (
        f"select {number}, {', '.join(map(quoted, columns))}, "
        f"cast(null as varchar) as _record_source from {ready.rows}"
    )
    carried, count = _carried(session, warehouse, plan, ready, family, load_ts=load_ts), 0
    if carried:
        count = session.value(f"select count(*) from ({carried})")
        rows = f"{rows} union all by name {carried}"
    return JoinedRows(
        rows=f"({rows})",
        quarantined=f"(select * replace ({number}) from {ready.quarantined})",
        records=ready.records + count,
        loaded=ready.loaded + count,
        rejected=ready.rejected,
        unknown_columns=tuple(c for c in ready.unknown_columns if not c.startswith("_")),
    )


def _carried(
    session: Session,
    warehouse: Warehouse,
    plan: StagePlan,
    ready: ReadyRows,
    family: Sequence[str],
    *,
    load_ts: dt.datetime | None,
) -> str:
    """Return a select of rows that come with the corrected ones; empty if there are none."""
    source = warehouse.sources[plan.source]
    units = () if source.delivery == "full" else _units_of_sets(warehouse, plan)
    if source.delivery != "full" and not units:
        return ""
    _refuse_row_events(warehouse, plan)
    if units:
        hashes = hash_expressions([item for item in plan.hashes if item.name in units])
        looked_up = prejoined(session, source, plan, ready, naive(load_ts) if load_ts else LATEST)
        session.run(
            render("release/units.sql", plan=plan, rows=looked_up.rows, hashes=hashes), note=False
        )
    return render(
        "release/carried.sql",
        plan=plan,
        columns=tuple(source.columns),
        family=family,
        units=units,
    )


def _units_of_sets(warehouse: Warehouse, plan: StagePlan) -> tuple[str, ...]:
    """Return the stage's keys whose rows in a batch are one set."""
    found = (
        name
        for table, satellite in warehouse.multi_active_satellites.items()
        if not satellite.append_only
        for binding in vault_plan(warehouse, table).bindings
        if binding.stage.source == plan.source
        for name in binding.unit
    )
    return tuple(dict.fromkeys(found))


def _refuse_row_events(warehouse: Warehouse, plan: StagePlan) -> None:
    """Refuse rows that come along where each row of a batch is an event of its own."""
    for _, name, link in warehouse.relations():
        stages = [binding.stage for binding in link.bindings]
        if isinstance(link, NonHistorizedLink) and not link.identity and plan.source in stages:
            raise BatchError(
                f"its other rows would have to come again, and {name} would take them for new "
                "events",
                where=plan.source,
                fix="Declare the `identity` of the link, or replay the batch with mended rows.",
            )


def _last_line(session: Session, plan: StagePlan, family: Sequence[str]) -> int:
    lines = " union all ".join(
        f"select max(row_no) as row_no from {table.sql} where list_contains($family, batch_id)"
        for table in (plan.table, plan.quarantine)
    )
    return session.value(
        f"select coalesce(max(row_no), 0) from ({lines})", {"family": list(family)}
    )

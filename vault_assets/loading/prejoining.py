"""Look up columns of a batch's rows in the stages of other sources."""

import datetime as dt

from vault_assets.errors import LateBatchError
from vault_assets.landing.batches import Batch
from vault_assets.loading.audits import Audit
from vault_assets.loading.ready_rows import JoinedRows, ReadyRows
from vault_assets.model import Column, Source
from vault_assets.model.names import quoted
from vault_assets.sql.plans import StagePlan
from vault_assets.sql.templates import render
from vault_assets.targets.session import Session

_ROWS = "prejoined_rows"
_TEXTS = frozenset({"decimal", "float", "timestamp", "timestamptz"})


def prejoined(
    session: Session, source: Source, plan: StagePlan, ready: ReadyRows, load_ts: dt.datetime
) -> ReadyRows:
    """Return the rows with the columns that the stage looks up; without prejoins, as they are.

    Rows whose key is not found go to the quarantined ones where the prejoin says so. The result
    reads temporary tables: see `forget_lookups`.

    Args:
        session: In a transaction that locks `plan.locks`.
        source: The source.
        plan: Its stage; the stages that it looks up exist.
        ready: The rows.
        load_ts: Rows of batches of a later load time are not seen.
    """
    if not plan.prejoins:
        return ready
    lookups = [(f"prejoin_{number}", prejoin) for number, prejoin in enumerate(plan.prejoins)]
    rows = ready.rows
    if plan.computed:
        rows = render("stage/computed.sql", plan=plan, rows=rows)
    for lookup, prejoin in lookups:
        known = {"plan": plan, "prejoin": prejoin, "lookup": lookup}
        session.run(render("stage/lookup_keys.sql", rows=rows, **known))
        session.take(lookup, render("stage/lookup.sql", **known), {"load_ts": load_ts})
    session.run(render("stage/prejoined.sql", plan=plan, lookups=lookups, rows=rows))
    refusing = [prejoin for prejoin in plan.prejoins if prejoin.quarantine]
    condition = "_prejoin is not null"
    missing = 0
    if refusing:
        missing = session.value(f"select count(*) from {_ROWS} where {condition}")
    quarantined = ready.quarantined
    if missing:
        cells = [(name, _cell(name, column)) for name, column in source.columns.items()]
        unmatched = render("stage/unmatched.sql", prejoins=refusing, cells=cells)
        names = "row_no, raw, reason, column_name, detail"
        quarantined = f"(select {names} from {ready.quarantined} union all\n{unmatched})"
    return JoinedRows(
        rows=f"(select * from {_ROWS} where not ({condition}))" if missing else _ROWS,
        quarantined=quarantined,
        records=ready.records,
        loaded=ready.loaded - missing,
        rejected=ready.rejected + missing,
        unknown_columns=ready.unknown_columns,
        refusal=ready.refusal,
        header=ready.header,
    )


def _cell(name: str, column: Column) -> str:
    """Return SQL of a value as it is kept for a release: read again, it is the same."""
    value = f"l.{quoted(name)}"
    if column.type.kind not in _TEXTS:
        return value
    # The value is in UTC already: without an offset it would be moved by its zone once more.
    offset = " || '+00'" if column.type.kind == "timestamp" and column.time_zone else ""
    return f"cast({value} as varchar){offset}"


def forget_lookups(session: Session, plan: StagePlan) -> None:
    """Drop what `prejoined` made."""
    if plan.prejoins:
        session.connection.execute(f"drop view if exists temp.{_ROWS}")
    for number in range(len(plan.prejoins)):
        session.connection.execute(f"drop table if exists temp.prejoin_{number}")
        session.connection.execute(f"drop view if exists temp.prejoin_{number}_keys")


def refuse_unlooked(session: Session, plan: StagePlan, batch: Batch) -> None:
    """Refuse to look up what is not known yet: a batch that this one sees is not staged.

    So the result depends on the load times only, not on which stage was loaded first.

    Raises:
        LateBatchError: A batch of a source looked up is registered, not later than this one, and
            neither staged nor given up.
    """
    if not plan.prejoins:
        return
    sources = sorted({prejoin.stage.source for prejoin in plan.prejoins})
    found = session.rows(
        render("stage/unlooked.sql", plan=plan, sources=sources), {"load_ts": batch.load_ts}
    )
    for other in found:
        raise LateBatchError(
            f"batch {batch.batch_id} looks up {other['source']}, whose batch {other['batch_id']} "
            f"({other['object_key']}) is not later and not staged",
            where=plan.table.label,
            fix=f"Load {plan.table.layer}.{other['source']} first, then run again.",
        )


def prejoin_audits(plan: StagePlan) -> list[Audit]:
    """Return the audit of what kept rows have looked up; none without prejoins."""
    if not plan.prejoins:
        return []
    sql = render("stage/prejoin_current.sql", plan=plan, definition=definition(plan))
    about = "Kept rows have what their lookups find now; other batches are to be replayed."
    return [Audit("prejoin_current", sql, about, severity="warn")]


def definition(plan: StagePlan) -> str:
    """Return what a stage looks up, to be kept with each batch."""
    return "; ".join(prejoin.definition for prejoin in plan.prejoins)

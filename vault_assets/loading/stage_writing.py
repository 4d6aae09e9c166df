"""Write the rows of one batch into its stage: the same for files and for rows given in memory."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vault_assets.landing.batches import Batch
from vault_assets.loading.audits import Audit, evaluate, refuse_failures
from vault_assets.loading.key_columns import key_values, with_key_columns
from vault_assets.loading.prejoining import (
    definition,
    forget_lookups,
    prejoined,
    refuse_unlooked,
)
from vault_assets.loading.ready_rows import Counts, ReadyRows
from vault_assets.loading.registering import utc_now
from vault_assets.loading.storable import storable
from vault_assets.loading.uniqueness import unique_columns
from vault_assets.model import Source, Warehouse
from vault_assets.sql.plans import StagePlan
from vault_assets.sql.registry import APPLIED, FAILURES
from vault_assets.sql.stages import hash_expressions
from vault_assets.sql.templates import read_sql, render
from vault_assets.targets.session import Session


@dataclass(frozen=True)
class StagedBatch:
    """What became of one batch: records in the file = loaded + quarantined.

    Args:
        batch: The batch.
        records: Data records in the file.
        loaded: Typed rows.
        quarantined: Records with a reason.
        unknown_columns: Header names that the source does not declare.
        problem: Why the object could not be read at all; empty if it could.
        unique: Columns declared unique that are, and without NULL.
    """

    batch: Batch
    records: int = 0
    loaded: int = 0
    quarantined: int = 0
    unknown_columns: tuple[str, ...] = ()
    problem: str = ""
    unique: tuple[str, ...] = ()


def write_batch(
    session: Session,
    warehouse: Warehouse,
    plan: StagePlan,
    batch: Batch,
    ready: ReadyRows,
    *,
    run_id: str,
    record_source: str | None = None,
    source_column: str | None = None,
) -> StagedBatch:
    """Write rows, quarantined records and the record that the batch is staged.

    Args:
        session: In a transaction that locks the stage.
        warehouse: The declaration.
        plan: The stage.
        batch: The batch; nothing of it is staged.
        ready: Its records.
        run_id: Written beside the applied batch.
        record_source: Value of record_source; default: the source's, else the warehouse's.
        source_column: SQL of a column of `ready.rows` that says otherwise where it is not NULL.

    Raises:
        LateBatchError: A stage that it looks up lacks a batch.
    """
    source = warehouse.sources[plan.source]
    refuse_unlooked(session, plan, batch)
    keys = key_values(session, source, batch)
    ready = with_key_columns(source, keys, ready)
    ready = storable(session, source, ready)
    ready = prejoined(session, source, plan, ready, batch.load_ts)
    per_row = (
        {"record_source": f"coalesce({source_column}, $record_source)"} if source_column else {}
    )
    session.run(
        render(
            "stage/load.sql",
            plan=plan,
            rows=ready.rows,
            source_columns=plan.source_columns,
            hashes=hash_expressions(plan.hashes, never_null=never_null(source)),
            **per_row,
        ),
        {
            "batch_id": batch.batch_id,
            "load_ts": batch.load_ts,
            "record_source": record_source or source.record_source or warehouse.record_source,
        },
    )
    if ready.rejected:
        session.run(
            render("stage/quarantine.sql", plan=plan, rejects=ready.quarantined),
            {"batch_id": batch.batch_id},
        )
    unique = unique_columns(session, source, plan, batch)
    _record(session, plan, batch, ready, run_id, note=note_of(plan, ready, keys, unique))
    forget_lookups(session, plan)
    return StagedBatch(
        batch, ready.records, ready.loaded, ready.rejected, ready.unknown_columns, unique=unique
    )


def never_null(source: Source) -> list[str]:
    """Return the columns that every row has: a record without them is in quarantine."""
    return [
        name for name, column in source.columns.items() if not (column.nullable or column.optional)
    ]


def _record(
    session: Session,
    plan: StagePlan,
    batch: Batch,
    ready: ReadyRows,
    run_id: str,
    *,
    note: str | None,
) -> None:
    session.run(
        read_sql("registry/applied.sql"),
        {
            "table_name": plan.table.label,
            "stage": plan.source,
            "batch_id": batch.batch_id,
            "load_ts": batch.load_ts,
            "run_id": run_id,
            "rows_in": ready.records,
            "inserted": ready.loaded,
            "unchanged": 0,
            "duplicate": 0,
            "quarantined": ready.rejected,
            "applied_at": utc_now(),
            "note": note,
        },
        note=False,
    )


def note_of(
    plan: StagePlan, ready: Counts, keys: Mapping[str, str], unique: Sequence[str]
) -> str | None:
    """Return what checks and loads want to know of a batch, as JSON; None if it is nothing."""
    found: dict[str, Any] = {}
    if ready.unknown_columns:
        found["unknown_columns"] = list(ready.unknown_columns)
    if ready.refusal:
        found["header"] = ready.refusal.detail
    if ready.rejected and ready.header:
        found["columns"] = list(ready.header)  # what the raw lines mean, should they be released
    if plan.prejoins:
        found["prejoins"] = definition(plan)
    if unique:
        found["unique"] = list(unique)
    if keys:
        found["from_key"] = keys  # a batch without rows has them too
    return json.dumps(found, ensure_ascii=False) if found else None


def is_staged(session: Session, plan: StagePlan, batch: Batch) -> bool:
    """Return whether a batch is staged; in a transaction that locks the stage this stays true."""
    values = {"table": plan.table.label, "batch_id": batch.batch_id}
    sql = f"select count(*) from {APPLIED.sql} where table_name = $table and batch_id = $batch_id"
    return bool(session.connection.execute(sql, values).fetchall()[0][0])


def unstage(session: Session, plan: StagePlan, batch: Batch) -> None:
    """Forget what is staged of a batch, what was refused of it, and that it is staged."""
    values = {"batch_id": batch.batch_id}
    tables = (plan.table.sql, plan.quarantine.sql, FAILURES.sql)
    for table in tables:
        session.run(f"delete from {table} where batch_id = $batch_id", values)
    session.run(
        f"delete from {APPLIED.sql} where table_name = $table and batch_id = $batch_id",
        {**values, "table": plan.table.label},
    )


def refuse_wrong(
    session: Session, plan: StagePlan, batches: Sequence[Batch], audits: Sequence[Audit]
) -> None:
    """Evaluate the audits that block, over the batches of one transaction.

    Raises:
        AuditsFailedError: One failed; the transaction must roll back.
    """
    times = [batch.load_ts for batch in batches]
    names = [batch.batch_id for batch in batches]
    scope = {"batches": names, "first": min(times), "last": max(times)}
    verdicts = evaluate(session, [scoped(audit, scope) for audit in audits], blocking=True)
    refuse_failures(plan.table.label, verdicts)


def scoped(audit: Audit, scope: dict[str, Any]) -> Audit:
    """Return an audit of a stage with its parameters: $batches, $first and $last."""
    return replace(audit, parameters={**audit.parameters, **scope})

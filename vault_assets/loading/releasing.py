"""Release quarantined rows as a new batch; the batch that they came with stays as it is."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import duckdb

from vault_assets.errors import BatchError
from vault_assets.loading.adding import Addable
from vault_assets.loading.entries import Entry, register_entry
from vault_assets.loading.known_batches import batch_source
from vault_assets.loading.registering import BATCHES_LOCK
from vault_assets.loading.release_rows import (
    Prepared,
    lines_released,
    prepared_rows,
    with_carried,
)
from vault_assets.loading.stage_audits import stage_audits
from vault_assets.loading.stage_writing import StagedBatch, refuse_wrong, write_batch
from vault_assets.loading.tables import ensure_registry, ensure_stage
from vault_assets.model import Warehouse
from vault_assets.sql.plans import StagePlan
from vault_assets.sql.registry import BATCHES, RELEASED
from vault_assets.sql.stages import stage_plan
from vault_assets.sql.templates import read_sql
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target


@dataclass(frozen=True)
class Released:
    """What became of the quarantined rows of a batch.

    Args:
        parent_batch_id: The batch.
        staged: The new batch; rows that were refused again can be released from it.
        released: Quarantined rows of the parent that the new batch replaces.
        carried: Rows that came with them, for a snapshot or a set of rows counts as a whole.
        left: Quarantined rows of the parent that are still to be released.
    """

    parent_batch_id: str
    staged: StagedBatch
    released: int
    carried: int
    left: int


def release(
    lake: Target,
    warehouse: Warehouse,
    batch_id: str,
    rows: Addable | None = None,
    entry: Entry | None = None,
    *,
    run_id: str,
) -> Released:
    """Register and stage the quarantined rows of a batch as a new one, in one transaction.

    The new batch has a load time of its own: its rows are news of that time. Rows of a source
    whose deliveries are snapshots come with the other rows of their snapshot, and rows of a
    multi-active satellite with those of their key, for both count as a whole.

    Args:
        lake: The warehouse's lake.
        warehouse: The declaration.
        batch_id: The batch whose rows they are.
        rows: The rows as they should have been, or the path of a CSV file of them. With a column
            `row_no` they replace the quarantined rows of these numbers, else all of them. Default:
            the lines as they were delivered, read by the declaration as it is now.
        entry: How the new batch is registered.
        run_id: Written beside the applied batch.

    Raises:
        BatchError: Nothing is quarantined, or it is released already; a number is that of no
            quarantined row; no line can be read now; or a newer snapshot is there.
        AuditsFailedError: A blocking audit of the stage failed.
    """
    source = batch_source(lake, batch_id)
    declared, plan = warehouse.sources[source], stage_plan(warehouse, source)
    entry = replace(entry or Entry(), parent_batch_id=batch_id)
    entry = replace(entry, kind=entry.kind or declared.delivery)
    locks = [BATCHES_LOCK, *plan.locks]
    lake.transaction(locks, lambda session: _ensure(session, plan))

    def prepare(connection: duckdb.DuckDBPyConnection) -> AbstractContextManager[Prepared]:
        return prepared_rows(connection, lake.session(), warehouse, source, batch_id, rows=rows)

    def unit(session: Session, prepared: Prepared) -> Released:
        family = _family(session, batch_id)
        if declared.delivery == "full":
            _refuse_newer_snapshot(session, source, batch_id, family)
        count = lines_released(session, batch_id, prepared)
        corrected = with_carried(session, warehouse, plan, prepared, family, load_ts=entry.load_ts)
        batch = register_entry(session, source, entry, corrected)
        staged = write_batch(
            session,
            warehouse,
            plan,
            batch,
            corrected,
            run_id=run_id,
            record_source=entry.record_source or _record_source(session, plan, batch_id),
            source_column="_record_source",
        )
        if plan.prejoins and rows is None and not staged.loaded:
            raise _still_missing(batch_id, staged)
        _record(session, batch_id, batch.batch_id)
        refuse_wrong(session, plan, [batch], stage_audits(declared, plan))
        carried = corrected.loaded - prepared.ready.loaded
        return Released(batch_id, staged, count, carried, prepared.lines.num_rows - count)

    return lake.prepared_transaction(locks, prepare, unit)


def _still_missing(batch_id: str, staged: StagedBatch) -> BatchError:
    return BatchError(
        f"all {staged.records} rows would be refused again: what they look up is not there",
        where=batch_id,
        fix="Deliver it first, or give corrected rows.",
    )


def _ensure(session: Session, plan: StagePlan) -> None:
    ensure_registry(session)
    ensure_stage(session, plan)


def _family(session: Session, batch_id: str) -> list[str]:
    """Return the batch that the rows once came with, and all that were released from it."""
    rows = session.rows(read_sql("release/descent.sql"))
    parents = {row["batch_id"]: row["parent_batch_id"] for row in rows}

    def origin(batch: str) -> str:
        while batch in parents:
            batch = parents[batch]
        return batch

    first = origin(batch_id)
    return [first, *(batch for batch in parents if origin(batch) == first)]


def _refuse_newer_snapshot(
    session: Session, source: str, batch_id: str, family: Sequence[str]
) -> None:
    newest = session.value(
        f"select max_by(batch_id, load_ts) from {BATCHES.sql} where source = $source",
        {"source": source},
    )
    if newest not in family:
        raise BatchError(
            f"the newer snapshot {newest} says what is true now",
            where=batch_id,
            fix=f"Release the rows of {newest}; or `vault-assets replay {batch_id}`, which "
            "mends the past.",
        )


def _record_source(session: Session, plan: StagePlan, batch_id: str) -> str | None:
    return session.value(
        f"select min(record_source) from {plan.table.sql} where batch_id = $batch_id",
        {"batch_id": batch_id},
    )


def _record(session: Session, parent: str, child: str) -> None:
    session.run(
        f"insert into {RELEASED.sql} by name "
        "select $parent as parent_batch_id, row_no, $child as batch_id from release_lines",
        {"parent": parent, "child": child},
        note=False,
    )
    for table in ("release_lines", "release_units"):
        session.connection.execute(f"drop table if exists temp.{table}")

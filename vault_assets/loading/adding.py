"""Add rows given in memory, or a file, as a batch: registered and staged in one transaction."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from vault_assets.errors import BatchError
from vault_assets.landing.batches import Batch
from vault_assets.loading.entries import Entry, register_entry
from vault_assets.loading.ready_rows import ReadyRows
from vault_assets.loading.registering import BATCHES_LOCK
from vault_assets.loading.stage_audits import stage_audits
from vault_assets.loading.stage_writing import (
    StagedBatch,
    refuse_wrong,
    unstage,
    write_batch,
)
from vault_assets.loading.tables import ensure_registry, ensure_stage
from vault_assets.model import Source, Warehouse
from vault_assets.model.names import nearest, quoted
from vault_assets.sql.registry import BATCHES
from vault_assets.sql.stages import stage_plan
from vault_assets.targets.csv import spool
from vault_assets.targets.files import read_file
from vault_assets.targets.rows import RECORD_SOURCE, Given, GivenRows, given_rows, read_rows
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

Addable = GivenRows | Given | Path
"""Rows in memory, or the path of a file in the format of the source."""


def declared_source(warehouse: Warehouse, name: str) -> Source:
    """Return a source.

    Raises:
        BatchError: There is none of that name; with the nearest one.
    """
    if name not in warehouse.sources:
        hint = nearest(name, warehouse.sources)
        raise BatchError(f"no source {name!r}: {hint}", where=warehouse.name)
    return warehouse.sources[name]


def add_batch(
    lake: Target,
    warehouse: Warehouse,
    source: str,
    rows: Addable,
    entry: Entry | None = None,
    *,
    run_id: str,
) -> StagedBatch:
    """Register and stage one batch; nothing is written if either fails.

    Args:
        lake: The warehouse's lake.
        warehouse: The declaration.
        source: Name of the source.
        rows: The rows, see `given_rows`; none are a batch too. A file is read as a landed one.
        entry: How the batch is registered.
        run_id: Written beside the applied batch.

    Raises:
        BatchError: The rows are not those of the source, or the load time or id is not new.
        AuditsFailedError: A blocking audit of the stage failed.
    """
    declared = declared_source(warehouse, source)
    plan = stage_plan(warehouse, source)
    entry = entry or Entry()
    entry = replace(entry, kind=entry.kind or declared.delivery)
    file = rows if isinstance(rows, Path) else None
    per_row = isinstance(rows, Given) and RECORD_SOURCE in rows.names

    def unit(session: Session, ready: ReadyRows) -> StagedBatch:
        ensure_registry(session)
        ensure_stage(session, plan)
        about = {"file": file.name, "size": file.stat().st_size} if file else {}
        batch = register_entry(session, source, entry, ready, **about)
        staged = write_batch(
            session,
            warehouse,
            plan,
            batch,
            ready,
            run_id=run_id,
            record_source=entry.record_source,
            source_column=quoted(RECORD_SOURCE) if per_row else None,
        )
        refuse_wrong(session, plan, [batch], stage_audits(declared, plan))
        return staged

    locks = [BATCHES_LOCK, *plan.locks]
    return lake.prepared_transaction(locks, _reader(rows, declared, source), unit)


def replace_rows(
    lake: Target,
    warehouse: Warehouse,
    source: str,
    batch_id: str,
    rows: Addable,
    *,
    run_id: str,
) -> StagedBatch:
    """Stage other rows for a registered batch, which keeps its load time and record_source.

    Raises:
        BatchError: The rows are not those of the source.
        AuditsFailedError: A blocking audit of the stage failed.
    """
    declared = declared_source(warehouse, source)
    plan = stage_plan(warehouse, source)

    def unit(session: Session, ready: ReadyRows) -> StagedBatch:
        ensure_stage(session, plan)
        values = {"batch_id": batch_id}
        (found,) = session.rows(f"from {BATCHES.sql} where batch_id = $batch_id", values)
        batch = Batch(**found)
        before = session.value(
            f"select min(record_source) from {plan.table.sql} where batch_id = $batch_id", values
        )
        unstage(session, plan, batch)
        staged = write_batch(
            session, warehouse, plan, batch, ready, run_id=run_id, record_source=before
        )
        refuse_wrong(session, plan, [batch], stage_audits(declared, plan))
        return staged

    return lake.prepared_transaction(plan.locks, _reader(rows, declared, source), unit)


Reader = Callable[[duckdb.DuckDBPyConnection], AbstractContextManager[ReadyRows]]


def _reader(rows: Addable, declared: Source, where: str) -> Reader:
    """Return what makes the rows ready on a connection."""
    if isinstance(rows, Path):
        return _file_reader(rows, declared)
    given = rows if isinstance(rows, Given) else given_rows(rows, declared.columns, where=where)
    return lambda connection: read_rows(connection, given, declared.columns)


def _file_reader(path: Path, declared: Source) -> Reader:
    if not path.is_file():
        raise BatchError("there is no such file", where=str(path))

    @contextmanager
    def read(connection: duckdb.DuckDBPyConnection) -> Iterator[ReadyRows]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            text = spool(path, folder)
            with read_file(connection, text, declared, work_dir=folder) as ready:
                yield ready

    return read

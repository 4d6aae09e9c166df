"""Stage batches: read each object once into typed, hashed rows and quarantined records."""

import tempfile
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from vault_assets.errors import BatchError, ObjectMissingError, VaultAssetsError
from vault_assets.landing.batches import Batch
from vault_assets.landing.store import Object, Store
from vault_assets.loading.audits import Audit, AuditsFailedError, Verdict, evaluate
from vault_assets.loading.key_columns import key_values
from vault_assets.loading.layouts import change_layout
from vault_assets.loading.parts import read_parts
from vault_assets.loading.ready_rows import ReadyRows
from vault_assets.loading.registering import batch_objects, utc_now
from vault_assets.loading.stage_audits import stage_audits
from vault_assets.loading.stage_jobs import StageJob
from vault_assets.loading.stage_writing import (
    StagedBatch,
    is_staged,
    refuse_wrong,
    scoped,
    unstage,
    write_batch,
)
from vault_assets.loading.staging_together import Delivery, groups_of, stage_together
from vault_assets.loading.tables import ensure_registry, ensure_stage
from vault_assets.loading.uniqueness import UNIQUE, declared_unique
from vault_assets.model import Warehouse
from vault_assets.sql.plans import StagePlan
from vault_assets.sql.registry import FAILURES
from vault_assets.sql.stages import stage_plan
from vault_assets.sql.templates import read_sql
from vault_assets.targets.files import read_file
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target


@dataclass(frozen=True)
class Staged:
    """What a run of a stage did."""

    table: str
    batches: tuple[StagedBatch, ...] = ()
    statements: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = field(default=())

    def total(self, counter: str) -> int:
        """Return the sum of a counter over the batches."""
        return sum(getattr(batch, counter) for batch in self.batches)


def stage_batches(
    lake: Target,
    store: Store,
    warehouse: Warehouse,
    source: str,
    *,
    run_id: str,
    replayed: Collection[str] = (),
    extra_audits: Sequence[Audit] = (),
) -> Staged:
    """Stage every registered batch of `source` that is not staged yet.

    Each in a transaction of its own, but small files of JSON lines together. An object that cannot
    be read as a file of the source (gone, damaged) is given up with a reason and does not keep the
    others from loading; an error of the store or the target is recorded, and raised after the
    others were tried.

    Args:
        lake: The warehouse's lake.
        store: Where the objects are.
        warehouse: The declaration.
        source: Name of the source.
        run_id: Written beside the applied batches.
        replayed: Batches to stage again although they are staged.
        extra_audits: Audits beyond those that the columns imply.

    Raises:
        BatchError: A batch failed; it is tried again by the next run.
        AuditsFailedError: A blocking audit failed; that batch was rolled back.
    """
    plan = stage_plan(warehouse, source)
    audits = stage_audits(warehouse.sources[source], plan)
    job = StageJob(lake, store, warehouse, plan, run_id, audits)
    change_layout(lake, plan.table, plan.table.layout)
    done: list[StagedBatch] = []
    statements: tuple[str, ...] = ()
    failures: list[tuple[Batch, VaultAssetsError]] = []
    for group in groups_of(job, _batches(job, replayed), replayed):
        together = stage_together(job, group)
        done += together.done
        statements = together.statements or statements
        for batch, objects in together.left:
            try:
                found = _stage(job, batch, objects, again=batch.batch_id in replayed)
                if found:
                    done.append(found[0])
                    statements = found[1]
            except VaultAssetsError as error:
                _record_failure(job, batch, "failed", error)
                failures.append((batch, error))
    if failures:
        _raise(plan, failures, len(done))
    verdicts = _verdicts(job, [*job.audits, *extra_audits], done)
    return Staged(plan.table.label, tuple(done), statements, verdicts)


def _raise(plan: StagePlan, failures: Sequence[tuple[Batch, VaultAssetsError]], done: int) -> None:
    batch, error = failures[0]
    if isinstance(error, AuditsFailedError):
        raise error
    raise BatchError(
        f"{len(failures)} of {len(failures) + done} batches failed; the first, {batch.batch_id} "
        f"({batch.object_key}): {error}",
        where=plan.table.label,
        fix="The others are staged. The next run tries the failed ones again.",
    ) from error


def _batches(job: StageJob, replayed: Collection[str]) -> list[Delivery]:
    """Return what to stage and its objects, oldest first: not staged yet, or to be replayed."""

    def unit(session: Session) -> list[Delivery]:
        ensure_registry(session)
        ensure_stage(session, job.plan)
        rows = session.rows(
            read_sql("registry/unloaded.sql"),
            {
                "source": job.plan.source,
                "stage": job.plan.table.label,
                "replayed": list(replayed),
            },
        )
        batches = [Batch(**row) for row in rows]
        objects = batch_objects(session, batches) if batches else {}
        return [(batch, objects[batch.batch_id]) for batch in batches]

    return job.lake.transaction(job.plan.locks, unit)


def _stage(
    job: StageJob, batch: Batch, objects: Sequence[Object], *, again: bool
) -> tuple[StagedBatch, tuple[str, ...]] | None:
    """Stage a batch; None if another run has done so since the batches were listed."""
    with tempfile.TemporaryDirectory(dir=job.lake.work_dir) as folder:
        try:
            key_values(job.lake.session(), job.source, batch)
            texts = job.texts(objects, Path(folder))
        except (ObjectMissingError, BatchError) as error:
            if again:
                raise  # what is staged stays as it is
            status = "missing" if isinstance(error, ObjectMissingError) else "rejected"
            _record_failure(job, batch, status, error)
            return StagedBatch(batch, problem=f"{status}: {error}"), ()

        def read(connection: duckdb.DuckDBPyConnection) -> AbstractContextManager[ReadyRows]:
            source = job.source
            if len(texts) > 1:
                return read_parts(connection, texts, source)
            return read_file(connection, texts[0], source, work_dir=texts[0].parent)

        def unit(session: Session, result: ReadyRows) -> tuple[StagedBatch, tuple[str, ...]] | None:
            if again:
                unstage(session, job.plan, batch)
            elif is_staged(session, job.plan, batch):
                return None
            staged = write_batch(session, job.warehouse, job.plan, batch, result, run_id=job.run_id)
            refuse_wrong(session, job.plan, [batch], job.audits)
            return staged, tuple(session.statements)

        return job.lake.prepared_transaction(job.plan.locks, read, unit)


def _verdicts(
    job: StageJob, audits: Sequence[Audit], done: Sequence[StagedBatch]
) -> tuple[Verdict, ...]:
    """Judge the batches of this run together, or else the newest one.

    So a bad file stays reported until a good one follows. What blocks has passed in each batch's
    own transaction.
    """
    session = job.lake.session()
    batches = [(staged.batch.batch_id, staged.batch.load_ts) for staged in done]
    if not batches:
        batches = session.connection.execute(
            "select batch_id, load_ts from registry.batches where source = $source "
            "order by load_ts desc limit 1",
            {"source": job.plan.source},
        ).fetchall()
    times = [load_ts for _, load_ts in batches] or [utc_now()]
    scope = {"batches": [name for name, _ in batches], "first": min(times), "last": max(times)}
    known = _known_to_pass(job, done)
    passed = [Verdict(audit, 0) for audit in audits if audit.blocking or audit.name in known]
    rest = [scoped(a, scope) for a in audits if not (a.blocking or a.name in known)]
    return (*passed, *evaluate(session, rest, blocking=False))


def _known_to_pass(job: StageJob, done: Sequence[StagedBatch]) -> set[str]:
    """Return the checks whose result is known from the writing of the batches."""
    columns = set(declared_unique(job.source))
    known = done and all(columns <= set(staged.unique) for staged in done)
    return {UNIQUE} if known else set()


def _record_failure(job: StageJob, batch: Batch, status: str, error: VaultAssetsError) -> None:
    def unit(session: Session) -> None:
        session.run(
            f"insert into {FAILURES.sql} by name select $batch_id as batch_id, "
            "$status as status, $reason as reason, $run_id as run_id, "
            "cast($failed_at as timestamp) as failed_at",
            {
                "batch_id": batch.batch_id,
                "status": status,
                "reason": str(error),
                "run_id": job.run_id,
                "failed_at": utc_now(),
            },
        )

    job.lake.transaction([FAILURES.label], unit)

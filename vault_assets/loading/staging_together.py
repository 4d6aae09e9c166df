"""Stage small files together: one statement and one transaction for many batches.

What a file costs whatever its size (a transaction, files of the lake, checks) is several times what
a few thousand lines cost. Each file stays a batch of its own, with its load time, counts and
quarantine. Whatever cannot be staged together is left, and staged alone.
"""

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from vault_assets.errors import VaultAssetsError
from vault_assets.landing.batches import Batch
from vault_assets.landing.store import Object
from vault_assets.loading.key_columns import key_values
from vault_assets.loading.registering import utc_now
from vault_assets.loading.stage_jobs import StageJob
from vault_assets.loading.stage_writing import StagedBatch, never_null, note_of, refuse_wrong
from vault_assets.loading.uniqueness import unique_columns
from vault_assets.model.names import literal, quoted
from vault_assets.sql.dialect import sql_type
from vault_assets.sql.registry import APPLIED, PART
from vault_assets.sql.stages import hash_expressions
from vault_assets.sql.templates import render
from vault_assets.targets.jsonl import FilesResult, is_joinable, read_together
from vault_assets.targets.session import Session

Delivery = tuple[Batch, list[Object]]

_BYTES = 64 << 20
_FILES = 100


@dataclass(frozen=True)
class Together:
    """What was staged together, by which statements, and what is left to be staged alone."""

    done: tuple[StagedBatch, ...]
    statements: tuple[str, ...]
    left: Sequence[Delivery]


@dataclass(frozen=True)
class _Item:
    """A batch whose text is here, and the values of the columns taken from its key."""

    delivery: Delivery
    text: Path
    keys: Mapping[str, str]

    @property
    def batch(self) -> Batch:
        return self.delivery[0]


def groups_of(
    job: StageJob, deliveries: Sequence[Delivery], replayed: Collection[str]
) -> Iterator[list[Delivery]]:
    """Yield what may be staged together, in order; a group of one where nothing may.

    Args:
        job: The source.
        deliveries: Its batches with their objects.
        replayed: Batches that are staged already and are to be staged again.
    """
    shared = (
        job.source.file_format == "jsonl"
        and not job.plan.prejoins
        and job.lake.session().stages_together
    )
    group: list[Delivery] = []
    size = 0
    for batch, objects in deliveries:
        alone = not shared or len(objects) > 1 or batch.batch_id in replayed
        if group and (alone or size + batch.size > _BYTES or len(group) == _FILES):
            yield group
            group, size = [], 0
        group.append((batch, objects))
        size += _BYTES if alone else batch.size
    if group:
        yield group


def stage_together(job: StageJob, group: Sequence[Delivery]) -> Together:
    """Stage a group in one transaction, as far as that can be done without any doubt."""
    nothing = Together((), (), group)
    if len(group) == 1:
        return nothing
    with tempfile.TemporaryDirectory(dir=job.lake.work_dir) as folder:
        items, left = _collected(job, group, Path(folder))
        if len(items) <= 1:
            return nothing
        texts = [item.text for item in items]

        def read(connection: duckdb.DuckDBPyConnection) -> FilesResult:
            return read_together(connection, texts, job.source.columns)

        def unit(session: Session, result: FilesResult) -> Together | None:
            if _some_are_staged(session, job, items):
                return None
            done = _write(session, job, items, result)
            refuse_wrong(session, job.plan, [item.batch for item in items], job.audits)
            return Together(tuple(done), tuple(session.statements), left)

        try:
            return job.lake.prepared_transaction(job.plan.locks, read, unit) or nothing
        except VaultAssetsError:
            return nothing  # alone, each has its own failure


def _collected(
    job: StageJob, group: Sequence[Delivery], folder: Path
) -> tuple[list[_Item], list[Delivery]]:
    """Download the group; return what can be read together, and the others."""
    items, left = [], []
    for place, (batch, objects) in enumerate(group):
        try:
            keys = key_values(job.lake.session(), job.source, batch)
            (text,) = job.texts(objects, folder / str(place))
        except VaultAssetsError:
            left.append((batch, objects))
            continue
        if is_joinable(text):
            items.append(_Item((batch, objects), text, keys))
        else:
            left.append((batch, objects))
    return items, left


def _some_are_staged(session: Session, job: StageJob, items: Sequence[_Item]) -> bool:
    return session.value(
        f"select count(*) > 0 from {APPLIED.sql} "
        "where table_name = $table and list_contains($batches, batch_id)",
        {"table": job.plan.table.label, "batches": [item.batch.batch_id for item in items]},
    )


def _write(
    session: Session, job: StageJob, items: Sequence[_Item], result: FilesResult
) -> list[StagedBatch]:
    """Write rows, quarantined lines and the records that the batches are staged."""
    plan, source = job.plan, job.source
    session.run(
        render(
            "stage/load.sql",
            plan=plan,
            rows=_of_batches(job, items, result.rows),
            source_columns=plan.source_columns,
            hashes=hash_expressions(plan.hashes, never_null=never_null(source)),
            batch="_batch_id",
            load_ts="_load_ts",
        ),
        {"record_source": source.record_source or job.warehouse.record_source},
    )
    if any(counts.rejected for counts in result.files):
        rejects = _of_batches(job, items, result.quarantined)
        session.run(render("stage/quarantine.sql", plan=plan, rejects=rejects, batch="_batch_id"))
    done, notes = [], []
    for item, counts in zip(items, result.files, strict=True):
        unique = unique_columns(session, source, plan, item.batch)
        notes.append(note_of(plan, counts, item.keys, unique))
        done.append(
            StagedBatch(
                item.batch,
                counts.records,
                counts.loaded,
                counts.rejected,
                counts.unknown_columns,
                unique=unique,
            )
        )
    _record(session, job, done, notes)
    return done


def _of_batches(job: StageJob, items: Sequence[_Item], view: str) -> str:
    """Return a query in brackets: rows numbered by line, with batch and columns of the key."""
    names = list(items[0].keys)
    kinds = [sql_type(job.source.derived[name].type) for name in names]
    batches = ", ".join(
        "({})".format(
            ", ".join(
                [
                    str(place),
                    literal(item.batch.batch_id),
                    f"cast({literal(str(item.batch.load_ts))} as timestamp)",
                    *(
                        f"cast({literal(item.keys[name])} as {kind})"
                        for name, kind in zip(names, kinds, strict=True)
                    ),
                ]
            )
        )
        for place, item in enumerate(items)
    )
    listed = ", ".join(["_place", "_batch_id", "_load_ts", *map(quoted, names)])
    return (
        f"(select * exclude (_place) replace (row_no % {PART} as row_no) "
        f"from {view} inner join (values {batches}) as b ({listed}) on row_no // {PART} = _place)"
    )


def _record(
    session: Session, job: StageJob, done: Sequence[StagedBatch], notes: Sequence[str | None]
) -> None:
    count, now = len(done), utc_now()
    rows = pa.table(
        {
            "table_name": [job.plan.table.label] * count,
            "stage": [job.plan.source] * count,
            "batch_id": [staged.batch.batch_id for staged in done],
            "load_ts": [staged.batch.load_ts for staged in done],
            "run_id": [job.run_id] * count,
            "rows_in": [staged.records for staged in done],
            "inserted": [staged.loaded for staged in done],
            "unchanged": [0] * count,
            "duplicate": [0] * count,
            "quarantined": [staged.quarantined for staged in done],
            "applied_at": [now] * count,
            "note": pa.array(notes, pa.string()),
        }
    )
    session.connection.register("staged_together", rows)
    session.run(f"insert into {APPLIED.sql} by name from staged_together", note=False)
    session.connection.unregister("staged_together")

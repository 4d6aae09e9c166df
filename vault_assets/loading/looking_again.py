"""Look up anew what the rows of a staged batch have looked up, without reading an object."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import duckdb

from vault_assets.landing.batches import Batch
from vault_assets.loading.given_again import refused_given
from vault_assets.loading.quarantined import open_rows
from vault_assets.loading.ready_rows import JoinedRows, ReadyRows
from vault_assets.loading.stage_audits import stage_audits
from vault_assets.loading.stage_writing import StagedBatch, refuse_wrong, unstage, write_batch
from vault_assets.loading.staging import Staged
from vault_assets.loading.tables import ensure_registry, ensure_stage
from vault_assets.model import Source, Warehouse
from vault_assets.model.names import quoted
from vault_assets.sql.plans import StagePlan
from vault_assets.sql.registry import APPLIED, BATCHES
from vault_assets.sql.stages import stage_plan
from vault_assets.targets.rows import read_rows
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

_REFUSED = "not by_vault and reason like 'prejoin:%'"


def is_given(lake: Target, batch_id: str) -> bool:
    """Whether a registered batch was given as rows, so that there is no object to read."""
    key = lake.session().value(
        f"select max(object_key) from {BATCHES.sql} where batch_id = $batch_id",
        {"batch_id": batch_id},
    )
    return str(key).startswith(f"rows/{batch_id}")


def look_up_again(
    lake: Target, warehouse: Warehouse, source: str, batch_id: str, *, run_id: str
) -> Staged:
    """Stage the kept rows of a batch and those whose lookup found nothing, with new lookups.

    Its load time, the sources of its rows and its other quarantined records stay what they are.

    Raises:
        LateBatchError: A stage that it looks up lacks a batch.
        AuditsFailedError: A blocking audit of the stage failed.
    """
    declared, plan = warehouse.sources[source], stage_plan(warehouse, source)

    def ensure(session: Session) -> None:
        ensure_registry(session)
        ensure_stage(session, plan)

    def prepare(
        connection: duckdb.DuckDBPyConnection,
    ) -> AbstractContextManager[ReadyRows | None]:
        return _refused(connection, lake.session(), warehouse, source, batch_id)

    def unit(session: Session, refused: ReadyRows | None) -> tuple[StagedBatch, tuple[str, ...]]:
        (found,) = session.rows(
            f"from {BATCHES.sql} where batch_id = $batch_id", {"batch_id": batch_id}
        )
        batch = Batch(**found)
        ready = _kept(session, declared, plan, batch_id, refused)
        before = session.value("select min(_record_source) from temp.kept_rows")
        unstage(session, plan, batch)
        staged = write_batch(
            session,
            warehouse,
            plan,
            batch,
            ready,
            run_id=run_id,
            record_source=before,
            source_column="_record_source",
        )
        for table in ("kept_rows", "kept_refused"):
            session.connection.execute(f"drop table if exists temp.{table}")
        refuse_wrong(session, plan, [batch], stage_audits(declared, plan))
        return staged, tuple(session.statements)

    lake.transaction(plan.locks, ensure)
    staged, statements = lake.prepared_transaction(plan.locks, prepare, unit)
    return Staged(plan.table.label, (staged,), statements)


@contextmanager
def _refused(
    connection: duckdb.DuckDBPyConnection,
    session: Session,
    warehouse: Warehouse,
    source: str,
    batch_id: str,
) -> Iterator[ReadyRows | None]:
    """Read the rows whose lookup found nothing, from the texts that were kept of them."""
    declared = warehouse.sources[source]
    with open_rows(connection, session, warehouse, source, batch_id) as waiting:
        if not waiting.count(_REFUSED):
            yield None
            return
        given = refused_given(waiting, declared, batch_id, _REFUSED)
        with read_rows(connection, given, declared.columns) as ready:
            yield ready


def _kept(
    session: Session, declared: Source, plan: StagePlan, batch_id: str, refused: ReadyRows | None
) -> JoinedRows:
    columns = ", ".join(map(quoted, declared.columns))
    names = "row_no, raw, reason, column_name, detail"
    rows = (
        f"select row_no, {columns}, record_source as _record_source from {plan.table.sql} "
        "where batch_id = $batch_id"
    )
    records = (
        f"select {names} from {plan.quarantine.sql} where batch_id = $batch_id "
        "and table_name = $table and reason not like 'prejoin:%'"
    )
    if refused:
        number = "try_cast(row_no as bigint) as row_no"
        rows += f" union all by name select {number}, {columns} from {refused.rows}"
        records += f" union all by name select * replace ({number}) from {refused.quarantined}"
    values = {"batch_id": batch_id}
    session.run(f"create or replace temp table kept_rows as {rows}", values)
    values["table"] = plan.table.label
    session.run(f"create or replace temp table kept_refused as {records}", values)
    loaded = session.value("select count(*) from temp.kept_rows")
    rejected = session.value("select count(*) from temp.kept_refused")
    note = _note(session, values)
    return JoinedRows(
        "temp.kept_rows",
        "temp.kept_refused",
        loaded + rejected,
        loaded,
        rejected,
        unknown_columns=tuple(note.get("unknown_columns", ())),
        header=tuple(note.get("columns", ())),
    )


def _note(session: Session, values: dict[str, str]) -> dict[str, Any]:
    text = session.value(
        f"select max(note) from {APPLIED.sql} where batch_id = $batch_id and table_name = $table",
        values,
    )
    return json.loads(text or "{}")

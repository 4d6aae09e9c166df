"""What the registry tells: batches with their counters, and the state of each source."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from vault_assets.loading.stored import stored_columns
from vault_assets.loading.tables import ensure_registry
from vault_assets.loading.work import unfinished_batches
from vault_assets.model import Warehouse
from vault_assets.model.layers import VAULT, TableKind
from vault_assets.model.names import quoted
from vault_assets.sql.dialect import sql_type
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.plans import QUARANTINE_COLUMNS
from vault_assets.sql.registry import (
    APPLIED,
    BATCHES,
    FAILURES,
    OBJECTS,
    PART,
    RELEASED,
)
from vault_assets.sql.stages import stage_plan
from vault_assets.sql.templates import read_sql
from vault_assets.targets.target import Target

_ABOUT_ROWS = f"""
coalesce(
  (
    select any_value(o.object_key) from {OBJECTS.sql} as o
    where o.batch_id = q.batch_id and o.position = q.row_no // {PART}
  ),
  (select any_value(b.object_key) from {BATCHES.sql} as b where b.batch_id = q.batch_id)
) as object_key,
(
  select any_value(r.batch_id) from {RELEASED.sql} as r
  where r.parent_batch_id = q.batch_id and r.row_no = q.row_no
) as released_as"""
"""SQL: where a quarantined row came from, and the batch that it was released as."""

_NOTHING_KNOWN = "cast(null as varchar) as object_key, cast(null as varchar) as released_as"


@dataclass(frozen=True)
class SourceStatus:
    """A source: its batches, what waits, what is still quarantined, when the last was loaded."""

    source: str
    batches: int
    pending: int
    given_up: int
    rows: int
    quarantined: int
    last_load: Any


def _has_registry(lake: Target) -> bool:
    """Return whether there is a registry; one of an earlier version gets what it lacks."""
    session = lake.session()
    if not stored_columns(session, FAILURES):
        return False
    known = stored_columns(session, BATCHES)
    if not stored_columns(session, OBJECTS) or "parent_batch_id" not in known:
        lake.transaction([BATCHES.label], ensure_registry)
    return True


def batch_list(
    lake: Target, warehouse: Warehouse, *, source: str | None = None, limit: int | None = 50
) -> list[dict[str, Any]]:
    """Return the newest batches (None: all) with status and counters of their stage, newest first.

    An unknown source has none.
    """
    if not _has_registry(lake):
        return []
    values = {"source": source, "limit": limit, "stage_layer": warehouse.stage_layer}
    return lake.session().rows(read_sql("registry/batches.sql"), values)


def applied_batches(lake: Target, label: str) -> list[dict[str, Any]]:
    """Return the batches that a table (`layer.name`) has applied with their counters, in order."""
    session = lake.session()
    if not stored_columns(session, APPLIED):
        return []
    return session.rows(
        "select batch_id, stage, load_ts, rows_in, inserted, unchanged, duplicate, quarantined "
        f"from {APPLIED.sql} where table_name = $label order by load_ts, stage",
        {"label": label},
    )


def quarantined_rows(lake: Target, warehouse: Warehouse, kind: TableKind, name: str) -> pa.Table:
    """Return the rows that a vault table refused, or those of a source that any table refused.

    Args:
        lake: The warehouse's lake.
        warehouse: The declaration.
        kind: `vault` or `stage`.
        name: The vault table, or the source.

    Returns:
        The columns of a quarantine, `object_key` and `released_as`: the batch of the corrected row.
    """
    session = lake.session()
    bindings = vault_plan(warehouse, name).bindings if kind == "vault" else ()
    stages = [b.stage for b in bindings] or [stage_plan(warehouse, name)]
    tables = dict.fromkeys(stage.quarantine for stage in stages)
    names = ", ".join(quoted(column.name) for column in QUARANTINE_COLUMNS)
    found = [f"from {table.sql}" for table in tables if stored_columns(session, table)]
    nothing = ", ".join(
        f"cast(null as {sql_type(column.type)}) as {column.sql}" for column in QUARANTINE_COLUMNS
    )
    selects = [f"select {nothing} where false", *(f"select {names} {item}" for item in found)]
    if not _has_registry(lake):
        selects = selects[:1]
    known = stored_columns(session, BATCHES)
    about = _ABOUT_ROWS if known else _NOTHING_KNOWN
    return session.connection.execute(
        f"select q.*, {about} from ({' union all '.join(selects)}) as q "
        "where $refuser is null or table_name = $refuser order by batch_id, row_no, table_name",
        {"refuser": f"{VAULT}.{name}" if kind == "vault" else None},
    ).to_arrow_table()


def source_status(lake: Target, warehouse: Warehouse) -> list[SourceStatus]:
    """Return the state of every source of the warehouse."""
    session = lake.session()
    if not _has_registry(lake):
        return [SourceStatus(name, 0, 0, 0, 0, 0, None) for name in warehouse.sources]
    waiting = [source for _, source in unfinished_batches(lake, warehouse)]
    sources, layer = read_sql("registry/sources.sql"), {"stage_layer": warehouse.stage_layer}
    found = {row["source"]: row for row in session.rows(sources, layer)}
    states = []
    for name in warehouse.sources:
        row = found.get(name, {})
        quarantine = stage_plan(warehouse, name).quarantine
        refused = 0
        if stored_columns(session, quarantine):
            refused = session.value(
                f"select count(distinct (batch_id, row_no)) from {quarantine.sql} as q "
                f"where not exists (select 1 from {RELEASED.sql} as r "
                "where r.parent_batch_id = q.batch_id and r.row_no = q.row_no)"
            )
        states.append(
            SourceStatus(
                name,
                row.get("batches", 0),
                waiting.count(name),
                row.get("given_up", 0),
                row.get("rows", 0),
                refused,
                row.get("last_load"),
            )
        )
    return states


def source_totals(
    lake: Target, stage_layer: str = "stage"
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the records loaded and quarantined by the stages of a layer, by source."""
    rows = (
        lake.session()
        .connection.execute(
            "select stage, cast(sum(inserted) as bigint), cast(sum(quarantined) as bigint) "
            "from registry.applied where table_name = $stage_layer || '.' || stage "
            "group by stage order by stage",
            {"stage_layer": stage_layer},
        )
        .fetchall()
    )
    return (
        {stage: loaded for stage, loaded, _ in rows},
        {stage: quarantined for stage, _, quarantined in rows},
    )

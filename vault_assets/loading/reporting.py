"""What the registry tells: batches with their counters, and the state of each source."""

from dataclasses import dataclass
from typing import Any

from vault_assets.loading.tables import stored_columns
from vault_assets.loading.work import unfinished_batches
from vault_assets.model import Warehouse
from vault_assets.sql.registry import FAILURES
from vault_assets.sql.stages import stage_plan
from vault_assets.sql.templates import read_sql
from vault_assets.targets.ducklake import DuckLake


@dataclass(frozen=True)
class SourceStatus:
    """A source: its batches, what waits, what is quarantined, when the last one was loaded."""

    source: str
    batches: int
    pending: int
    given_up: int
    rows: int
    quarantined: int
    last_load: Any


def batch_list(
    lake: DuckLake, *, source: str | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Return the newest batches with status and counters of their stage, newest first."""
    session = lake.session()
    if not stored_columns(session, FAILURES):
        return []
    return session.rows(read_sql("registry/batches.sql"), {"source": source, "limit": limit})


def source_status(lake: DuckLake, warehouse: Warehouse) -> list[SourceStatus]:
    """Return the state of every source of the warehouse."""
    session = lake.session()
    if not stored_columns(session, FAILURES):
        return [SourceStatus(name, 0, 0, 0, 0, 0, None) for name in warehouse.sources]
    waiting = [source for _, source in unfinished_batches(lake, warehouse)]
    found = {row["source"]: row for row in session.rows(read_sql("registry/sources.sql"))}
    states = []
    for name in warehouse.sources:
        row = found.get(name, {})
        quarantine = stage_plan(warehouse, name).quarantine
        refused = 0
        if stored_columns(session, quarantine):
            refused = session.value(
                f"select count(distinct (batch_id, row_no)) from {quarantine.sql}"
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


def source_totals(lake: DuckLake) -> tuple[dict[str, int], dict[str, int]]:
    """Return the records loaded and quarantined by the stages, by source."""
    rows = (
        lake.session()
        .connection.execute(
            "select stage, cast(sum(inserted) as bigint), cast(sum(quarantined) as bigint) "
            "from registry.applied where table_name = 'stage.' || stage "
            "group by stage order by stage"
        )
        .fetchall()
    )
    return (
        {stage: loaded for stage, loaded, _ in rows},
        {stage: quarantined for stage, _, quarantined in rows},
    )

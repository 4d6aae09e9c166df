"""Judge tables as they stand, without loading anything."""

from collections.abc import Sequence
from typing import Any

from vault_assets.loading.audits import Audit, Verdict, evaluate
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.mart_keys import mart_audits, of_all_rows
from vault_assets.loading.pattern_audits import LATEST, checks_of, key_context
from vault_assets.loading.repairing import EARLIEST
from vault_assets.loading.stage_audits import stage_audits
from vault_assets.loading.stage_writing import scoped
from vault_assets.loading.tables import ensure_registry
from vault_assets.model import Warehouse
from vault_assets.model.incremental import CHANGED_KEYS, Incremental
from vault_assets.model.names import quoted
from vault_assets.model.partitions import CHANGED, Partition
from vault_assets.sql.mart_tables import mart_table
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.stages import stage_plan
from vault_assets.sql.templates import CheckTemplate, render
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target


def judge_stage(lake: Target, warehouse: Warehouse, name: str) -> tuple[Verdict, ...]:
    """Return what the audits of a stage say of all its batches."""
    source, session = warehouse.sources[name], lake.session()
    batches = session.rows(
        "select batch_id from registry.batches where source = $source", {"source": name}
    )
    scope = {
        "batches": [row["batch_id"] for row in batches],
        "first": EARLIEST,
        "last": LATEST,
    }
    audits = [*stage_audits(source, stage_plan(warehouse, name)), *declared_audits(source)]
    return _judged(session, [scoped(audit, scope) for audit in audits])


def judge_vault_table(lake: Target, warehouse: Warehouse, name: str) -> tuple[Verdict, ...]:
    """Return what the audits of a vault table say of all its rows."""
    plan, session = vault_plan(warehouse, name), lake.session()
    lake.transaction([], ensure_registry)
    (table,) = (table for _, other, table in warehouse.vault_tables() if other == name)
    context = {**key_context(plan), "written": "true", "relations": plan.relations}
    shipped = [_of_whole_table(t, context) for t in checks_of(plan) if not t.of_load]
    scope = {"first": EARLIEST, "last": LATEST}
    audits = [*shipped, *(scoped(audit, scope) for audit in declared_audits(table))]
    # Checks of a load read its decisions: here every row is one that was inserted.
    session.run(
        "create or replace temp view decided as "
        f"select *, 0 as row_no, 'inserted' as _outcome from {plan.table.sql} "
        "where batch_id <> 'ghost'"
    )
    try:
        return _judged(session, audits)
    finally:
        session.run("drop view if exists temp.decided")


def judge_mart(lake: Target, warehouse: Warehouse, name: str) -> tuple[Verdict, ...]:
    """Return what the audits of a mart say of its rows."""
    mart = warehouse.marts[name]
    session, table = lake.session(), mart_table(warehouse, name)
    if mart.changes:
        # Their checks may read what a build would have changed: here, all that is stored.
        session.run(
            f"create or replace temp table {mart.changes.temp} as select distinct "
            f"{_told_by(mart.changes)} from {table.sql}",
            note=False,
        )
    try:
        declared = of_all_rows(declared_audits(mart), table)
        return _judged(session, [*mart_audits(warehouse, name), *declared])
    finally:
        for temporary in (CHANGED, CHANGED_KEYS):
            session.run(f"drop table if exists temp.{temporary}", note=False)


def _told_by(changes: Partition | Incremental) -> str:
    if isinstance(changes, Partition):
        return f"{quoted(changes.column)} as partition_value"
    return ", ".join(map(quoted, changes.key))


def _of_whole_table(template: CheckTemplate, context: dict[str, Any]) -> Audit:
    sql = render(template.path, **context)
    return Audit(template.name, sql, template.description, template.blocking, template.severity)


def _judged(session: Session, audits: Sequence[Audit]) -> tuple[Verdict, ...]:
    blocking = evaluate(session, audits, blocking=True)
    return (*blocking, *evaluate(session, audits, blocking=False))

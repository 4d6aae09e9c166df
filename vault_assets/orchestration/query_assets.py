"""What the assets of query tables are: snapshot controls, PITs and bridges."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from vault_assets.loading.audits import Audit
from vault_assets.loading.query_tables import Built, query_checks
from vault_assets.loading.snapshots import SnapshotsAdded, snapshot_checks
from vault_assets.model import Warehouse
from vault_assets.model.layers import VAULT
from vault_assets.orchestration.metadata import column_schema, lineage, sql_text
from vault_assets.orchestration.specs import asset_key, table_spec
from vault_assets.sql.query_plans import QueryPlan, query_plan, snapshots_table

_PATTERNS = {"snapshots": "snapshots", "pits": "pit", "bridges": "bridge"}


def query_spec(warehouse: Warehouse, field: str, name: str) -> dg.AssetSpec:
    """Return the spec of the query table `name`, declared under `field`."""
    declared = {other: table for _, other, table in warehouse.query_tables()}[name]
    pattern = _PATTERNS[field]
    if field == "snapshots":
        table = snapshots_table(warehouse, name)
        deps = [
            asset_key(warehouse, warehouse.landing_layer, source) for source in warehouse.sources
        ]
        columns: dict[str, Any] = {}
    else:
        plan = query_plan(warehouse, name)
        table = plan.table
        read = (plan.snapshots.name, *(item.table.name for item in plan.reads))
        deps = [asset_key(warehouse, VAULT, other) for other in read]
        columns = _lineage(warehouse, plan)
    return table_spec(
        warehouse,
        VAULT,
        name,
        declared,
        kinds={"ducklake", pattern},
        description=table.description,
        deps=sorted(deps),
        tags={"pattern": pattern},
        metadata={
            "dagster/column_schema": column_schema(table),
            "dagster/column_lineage": lineage(columns),
        },
    )


def query_audits(warehouse: Warehouse, field: str, name: str) -> list[Audit]:
    """Return the audits that come with a query table, as the asset's checks."""
    templates = (
        snapshot_checks() if field == "snapshots" else query_checks(query_plan(warehouse, name))
    )
    return [
        Audit(t.name, "", t.description, blocking=t.blocking, severity=t.severity)
        for t in templates
    ]


def query_metadata(outcome: Built | SnapshotsAdded) -> dict[str, Any]:
    """Return the metadata of a materialization."""
    if isinstance(outcome, SnapshotsAdded):
        told = {"added": _listed(outcome.added), "active": len(outcome.active)}
    else:
        told = {
            "rows_written": outcome.rows_written,
            "built": _listed(outcome.built),
            "dropped": _listed(outcome.dropped),
            "waiting": _listed(outcome.waiting),
        }
    return {**told, "sql": sql_text(outcome.statements)}


def _listed(times: Sequence[Any]) -> str:
    return ", ".join(str(time) for time in times) or "none"


def _lineage(warehouse: Warehouse, plan: QueryPlan) -> dict[str, list[tuple[dg.AssetKey, str]]]:
    def origin(table: str, column: str) -> list[tuple[dg.AssetKey, str]]:
        return [(asset_key(warehouse, VAULT, table), column)]

    found = {"snapshot_ts": origin(plan.snapshots.name, "snapshot_ts")}
    if plan.pattern == "bridge":
        pairs = plan.options["parents"]
        return found | {name: origin(item.table.name, item.key) for name, item in pairs}
    base = plan.options["base"]
    found[base.key] = origin(base.table.name, base.key)
    for item in plan.options["satellites"]:
        name = item.table.name
        found |= {f"{name}_{part}": origin(name, part) for part in ("load_ts", "load_seq")}
        found[f"{name}_key"] = origin(name, item.key)
    return found

"""Asset specs: what every node of the graph is called, described, grouped and derived from."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import dagster as dg

from vault_assets.model import Source, Table, Warehouse
from vault_assets.orchestration.metadata import column_schema, lineage, source_schema
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.plans import TablePlan, VaultPlan
from vault_assets.sql.stages import stage_plan
from vault_assets.sql.tracing import mart_lineage, mart_tables

ENGINE = "ducklake"


def asset_key(warehouse: Warehouse, layer: str, name: str) -> dg.AssetKey:
    """Return the key [warehouse, layer, table]."""
    return dg.AssetKey([warehouse.name, layer, name])


def _table_key(warehouse: Warehouse, table: TablePlan) -> dg.AssetKey:
    return asset_key(warehouse, table.layer, table.name)


def landing_spec(warehouse: Warehouse, name: str) -> dg.AssetSpec:
    """Return the spec of a source's objects in the bucket."""
    source = warehouse.sources[name]
    return table_spec(
        warehouse,
        warehouse.landing_layer,
        name,
        source,
        kinds={"s3", source.file_format},
        description=f"Objects in the bucket. {source.description}".strip(),
        metadata={
            "dagster/column_schema": source_schema(source),
            "objects": ", ".join(source.objects),
            "delivery": source.delivery,
        },
    )


def stage_spec(warehouse: Warehouse, name: str) -> dg.AssetSpec:
    """Return the spec of a stage."""
    plan = stage_plan(warehouse, name)
    landing = asset_key(warehouse, warehouse.landing_layer, name)
    columns = {column: [(landing, column)] for column in plan.source_columns}
    others = [_table_key(warehouse, item.stage.table) for item in plan.prejoins]
    for other, prejoin in zip(others, plan.prejoins, strict=True):
        columns |= {new: [(other, there)] for new, there in prejoin.columns}
    own = {"batch_id": [(landing, "batch_id")], "row_no": [(landing, "row_no")], **columns}
    columns |= {item.name: [own[part][0] for part, _ in item.parts] for item in plan.hashes}
    return table_spec(
        warehouse,
        plan.table.layer,
        name,
        warehouse.sources[name],
        kinds={ENGINE},
        description=f"Typed and hashed rows, kept per batch. {plan.table.description}".strip(),
        deps=[landing, *dict.fromkeys(others)],
        metadata={
            "dagster/column_schema": column_schema(plan.table),
            "dagster/column_lineage": lineage(columns),
        },
    )


def vault_spec(warehouse: Warehouse, name: str, table: Table) -> dg.AssetSpec:
    """Return the spec of a vault table."""
    plan = vault_plan(warehouse, name)
    stages = {_table_key(warehouse, b.stage.table) for b in plan.bindings}
    parents = {_table_key(warehouse, r.table) for r in plan.relations}
    parents |= {_table_key(warehouse, table) for table in plan.options.get("satellites", ())}
    return table_spec(
        warehouse,
        plan.table.layer,
        name,
        table,
        kinds={ENGINE, _kind(plan.pattern)},
        description=plan.table.description,
        deps=sorted(stages | parents),
        tags={"pattern": plan.pattern},
        metadata={
            "dagster/column_schema": column_schema(plan.table),
            "dagster/column_lineage": lineage(_vault_lineage(warehouse, plan)),
        },
    )


def mart_spec(warehouse: Warehouse, name: str) -> dg.AssetSpec:
    """Return the spec of a mart; what its query reads is what it depends on."""
    mart = warehouse.marts[name]
    columns = {
        column: [(asset_key(warehouse, layer, table), origin) for layer, table, origin in origins]
        for column, origins in mart_lineage(warehouse, name).items()
    }
    policy = None
    if warehouse.freshness_hours:
        policy = dg.FreshnessPolicy.time_window(
            fail_window=timedelta(hours=warehouse.freshness_hours)
        )
    return table_spec(
        warehouse,
        warehouse.mart_layer(name),
        name,
        mart,
        kinds={ENGINE, "sql", *(["view"] if mart.kind == "view" else [])},
        description=mart.description,
        deps=[asset_key(warehouse, layer, table) for layer, table in mart_tables(warehouse, name)],
        metadata={"dagster/column_lineage": lineage(columns)},
        freshness_policy=policy,
    )


def table_spec(
    warehouse: Warehouse,
    layer: str,
    name: str,
    declared: Table | Source,
    *,
    kinds: set[str],
    description: str,
    deps: list[dg.AssetKey] | None = None,
    tags: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any],
    freshness_policy: dg.FreshnessPolicy | None = None,
) -> dg.AssetSpec:
    """Return the spec of a table: what holds for all of them, and what is given."""
    stored = (
        {}
        if layer == warehouse.landing_layer
        else {"dagster/table_name": f"{warehouse.name}.{layer}.{name}"}
    )
    return dg.AssetSpec(
        asset_key(warehouse, layer, name),
        description=description or None,
        group_name=f"{warehouse.name}_{layer}",
        owners=list(declared.owners or warehouse.owners),
        tags={**warehouse.tags, **declared.tags, **(tags or {})},
        kinds=kinds,
        deps=deps or [],
        metadata={**stored, **metadata},
        freshness_policy=freshness_policy,
    )


def _kind(pattern: str) -> str:
    """Return hub, link or satellite: what a pattern is a form of."""
    word = pattern.rpartition("_")[2]
    return "satellite" if word in {"log", "set"} else word


def _vault_lineage(
    warehouse: Warehouse, plan: VaultPlan
) -> dict[str, list[tuple[dg.AssetKey, str]]]:
    names = {column.name for column in plan.table.columns}
    found: dict[str, list[tuple[dg.AssetKey, str]]] = {}
    for binding in plan.bindings:
        stage = _table_key(warehouse, binding.stage.table)
        system = [(name, name) for name in ("load_ts", "record_source", "batch_id")]
        for name, column in [*binding.columns, *system]:
            # A stage may feed a table more than once, as the two roles of one hub do.
            if name in names and (stage, column) not in found.setdefault(name, []):
                found[name].append((stage, column))
    return found

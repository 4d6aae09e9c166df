"""How a warehouse stands: its models and checks as Dagster and the lake know them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import dagster as dg

from vault_assets.loading.refreshing import model_freshness
from vault_assets.loading.stored import stored_tables
from vault_assets.model import Mart, Source, Table, Warehouse
from vault_assets.model.names import quoted
from vault_assets.orchestration.check_history import latest_evaluations
from vault_assets.orchestration.monitoring import PERFORMANCE, RUNS
from vault_assets.orchestration.run_history import ModelRun, model_runs
from vault_assets.reporting.pages import CheckState, MetricUse, Model
from vault_assets.sql.metrics import used_metrics
from vault_assets.sql.tracing import mart_text
from vault_assets.targets.target import Target


def latest_runs(instance: dg.DagsterInstance, warehouse: str) -> dict[str, ModelRun]:
    """Return the last run of each model, by label."""
    return {run.model: run for run in model_runs(instance, warehouse)}


def models(lake: Target, warehouse: Warehouse, ran: Mapping[str, ModelRun]) -> list[Model]:
    """Return every table of the warehouse, from the landing to the last mart."""
    newer = {item.label: item.newer_inputs for item in model_freshness(lake) if item.is_stale}
    counted = _counts(lake, warehouse)
    named = [
        (f"{warehouse.landing_layer}.{name}", "objects", source.description)
        for name, source in warehouse.sources.items()
    ]
    named += [
        (f"{layer}.{name}", _kind(table), table.description)
        for layer, name, table in warehouse.tables()
    ]
    if warehouse.monitoring:
        layer = warehouse.layers[-1]
        named += [(f"{layer}.{name}", "monitoring", "") for name in (RUNS, PERFORMANCE)]
    return [
        _with_run(
            Model(label, kind, about, counted.get(label), newer=newer.get(label, ())),
            ran.get(label),
        )
        for label, kind, about in named
    ]


def _with_run(model: Model, run: ModelRun | None) -> Model:
    if run is None:
        return model
    return replace(
        model,
        status=run.status,
        seconds=run.seconds,
        ended_at=run.ended_at,
        error=run.error,
    )


def _kind(table: Table) -> str:
    if isinstance(table, Source):
        return "stage"
    if not isinstance(table, Mart):
        return "vault"
    if table.partition:
        return f"by {table.partition.grain}"
    return "by key" if table.incremental else table.kind


def _counts(lake: Target, warehouse: Warehouse) -> dict[str, int]:
    """Return the rows of every table that is stored, by label."""
    session, found = lake.session(), {}
    views = {warehouse.mart_label(n) for n, mart in warehouse.marts.items() if mart.kind == "view"}
    for layer in warehouse.layers[1:]:
        for name in stored_tables(session, layer):
            if (label := f"{layer}.{name}") not in views:
                found[label] = session.value(f"select count(*) from {quoted(layer)}.{quoted(name)}")
    return found


def hidden_columns(warehouse: Warehouse) -> frozenset[str]:
    """Return columns that no report shows: those tagged `pii`, and raw lines."""
    columns = (item for source in warehouse.sources.values() for item in source.columns.items())
    return frozenset({"raw", "value", *(name for name, column in columns if "pii" in column.tags)})


def checks(
    instance: dg.DagsterInstance,
    specs: Mapping[dg.AssetCheckKey, dg.AssetCheckSpec],
    hidden: Collection[str] = (),
) -> list[CheckState]:
    """Return the latest result of every check, with the first wrong rows but for hidden columns."""
    found = latest_evaluations(instance, list(specs))
    states = []
    for key, spec in sorted(specs.items(), key=lambda item: (item[0].asset_key, item[0].name)):
        one, asset = found.get(key), key.asset_key.to_user_string()
        if one is None:
            states.append(CheckState(asset, key.name, None))
            continue
        rows = one.metadata.get("failed_rows")
        states.append(
            CheckState(
                asset,
                key.name,
                one.passed,
                one.severity.value.lower(),
                int(rows.value) if rows else 0,  # pyright: ignore[reportArgumentType]
                spec.description or "",
                _sample(one.metadata.get("rows"), hidden),
            )
        )
    return states


def _sample(rows: dg.MetadataValue | None, hidden: Collection[str]) -> tuple[str, ...]:
    if not isinstance(rows, dg.TableMetadataValue):
        return ()
    kept = [{n: v for n, v in r.data.items() if n not in hidden} for r in rows.records[:3]]
    return tuple(json.dumps(row, default=str) for row in kept)


def metrics(warehouse: Warehouse) -> Sequence[MetricUse]:
    """Return the metrics, each with the marts that use it."""
    uses: dict[str, list[str]] = {name: [] for name in warehouse.metrics}
    for mart in warehouse.marts:
        for name in used_metrics(mart_text(warehouse, mart)):
            uses[name].append(warehouse.mart_label(mart))
    return [
        MetricUse(name, metric.description, metric.told, metric.grain, tuple(uses[name]))
        for name, metric in warehouse.metrics.items()
    ]

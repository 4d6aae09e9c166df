"""Tables of a warehouse about its own runs: `model_runs` and `model_performance`.

They are read from Dagster's event log, last in every run. They depend on no other asset: what fails
must not keep its failure from being recorded.
"""

import dataclasses
import typing

import dagster as dg
import polars as pl

from vault_assets.loading.audits import Audit, evaluate
from vault_assets.loading.marts import Query, replace_table
from vault_assets.loading.stored import stored_columns
from vault_assets.model import Warehouse
from vault_assets.model.names import quoted
from vault_assets.orchestration.metadata import check_result, described_schema, lineage, sql_text
from vault_assets.orchestration.resources import LakeResource
from vault_assets.orchestration.run_history import ModelRun, model_runs
from vault_assets.orchestration.specs import asset_key
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.templates import render
from vault_assets.targets.target import Target

RUNS, PERFORMANCE = "model_runs", "model_performance"
_TYPES = {str: pl.String, int: pl.Int64, float: pl.Float64}
_ABOUT = {
    RUNS: "Every model in every run: seconds, rows, status, error.",
    PERFORMANCE: "Seconds that each model takes: median, p95, last.",
}
_COLUMNS = {
    "model": "The table as layer.name.",
    "partition": "Partitions that were asked for, or else built.",
    "rows_in": "Records or rows that came in, where they are counted.",
    "rows_out": "Rows written, or rows of the table if all are replaced.",
    "run_status": "How the whole run stood when this was recorded.",
    "runs": "Successes and failures.",
    "median_seconds": "Of the successes.",
    "p95_seconds": "Of the successes, interpolated.",
    "last_seconds": "Of the last success.",
}
_LAST = {"dagster/priority": "-100"}


def monitoring_assets(warehouse: Warehouse) -> list[dg.AssetsDefinition]:
    """Return the assets of `model_runs` and `model_performance`."""
    return [_runs(warehouse), _performance(warehouse)]


def _runs(warehouse: Warehouse) -> dg.AssetsDefinition:
    spec = _spec(warehouse, RUNS)
    slow = slow_audit(warehouse)
    check = dg.AssetCheckSpec(slow.name, asset=spec.key, description=slow.description)

    @dg.multi_asset(name="__".join(spec.key.path), specs=[spec], check_specs=[check], op_tags=_LAST)
    def runs(context: dg.AssetExecutionContext, lake: LakeResource) -> typing.Any:
        target = lake.of(warehouse.name)
        written = record_runs(target, warehouse, context.instance)
        (verdict,) = evaluate(target.session(), [slow], blocking=False)
        yield dg.MaterializeResult(
            asset_key=spec.key,
            metadata={
                "dagster/row_count": written.rows,
                "dagster/column_schema": described_schema(written.columns, _COLUMNS),
            },
        )
        yield check_result(spec.key, verdict)

    return runs


def _performance(warehouse: Warehouse) -> dg.AssetsDefinition:
    runs = asset_key(warehouse, warehouse.layers[-1], RUNS)
    origins = {
        "model": ["model"],
        "runs": ["model"],
        "failures": ["status"],
        "last_started_at": ["started_at"],
    }
    origins |= {f"{name}_seconds": ["seconds", "status"] for name in ("median", "p95", "last")}
    traced = {name: [(runs, column) for column in columns] for name, columns in origins.items()}
    spec = _spec(
        warehouse, PERFORMANCE, deps=[runs], metadata={"dagster/column_lineage": lineage(traced)}
    )

    @dg.multi_asset(name="__".join(spec.key.path), specs=[spec], op_tags=_LAST)
    def performance(lake: LakeResource) -> typing.Any:
        written = build_performance(lake.of(warehouse.name), warehouse)
        yield dg.MaterializeResult(
            asset_key=spec.key,
            metadata={
                "dagster/row_count": written.rows,
                "dagster/column_schema": described_schema(written.columns, _COLUMNS),
                "sql": sql_text(written.statements),
            },
        )

    return performance


def record_runs(lake: Target, warehouse: Warehouse, instance: dg.DagsterInstance) -> typing.Any:
    """Add to `model_runs` what the instance tells of runs that it does not hold to their end."""
    layer, session = warehouse.layers[-1], lake.session()
    kept = pl.DataFrame(schema=_schema())
    if stored_columns(session, TablePlan(layer, RUNS, ())):
        over = [status.value for status in _OVER]
        kept = session.connection.execute(
            f"select * from {quoted(layer)}.{RUNS} where list_contains($over, run_status)",
            {"over": over},
        ).pl()
    known = set(kept["run_id"])
    new = [dataclasses.asdict(run) for run in model_runs(instance, warehouse.name, known=known)]
    frame = pl.concat([kept, pl.DataFrame(new, schema=_schema())], how="vertical_relaxed")
    return replace_table(lake, layer, RUNS, frame)


def build_performance(lake: Target, warehouse: Warehouse) -> typing.Any:
    """Replace the rows of `model_performance` by what `model_runs` says now."""
    layer = warehouse.layers[-1]
    query = Query(render("monitoring/performance.sql", layer=layer))
    return replace_table(lake, layer, PERFORMANCE, query)


def slow_audit(warehouse: Warehouse) -> Audit:
    """Return the audit that finds models that take much longer than before."""
    return Audit(
        "not_slower",
        render("monitoring/slow.sql", layer=warehouse.layers[-1]),
        "No model's last success took more than 3 times the median of the 10 before it, and a "
        "second at least.",
        severity="warn",
    )


_OVER = (
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
)


def _schema() -> dict[str, typing.Any]:
    hints = typing.get_type_hints(ModelRun)
    return {name: _polars(kind) for name, kind in hints.items()}


def _polars(kind: typing.Any) -> typing.Any:
    plain = next((k for k in typing.get_args(kind) if k is not type(None)), kind)
    return _TYPES.get(plain, pl.Datetime("us"))


def _spec(
    warehouse: Warehouse,
    name: str,
    *,
    deps: typing.Sequence[dg.AssetKey] = (),
    metadata: typing.Mapping[str, typing.Any] | None = None,
) -> dg.AssetSpec:
    layer = warehouse.layers[-1]
    return dg.AssetSpec(
        asset_key(warehouse, layer, name),
        description=_ABOUT[name],
        group_name=f"{warehouse.name}_{layer}",
        owners=list(warehouse.owners),
        tags=dict(warehouse.tags),
        kinds={"ducklake", "dagster"},
        deps=list(deps),
        metadata={
            "dagster/table_name": f"{warehouse.name}.{layer}.{name}",
            **(metadata or {}),
        },
    )

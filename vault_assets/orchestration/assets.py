"""Asset factories: one asset, one op, per landing source, stage, vault or query table and mart.

No asset is in a pool. One writer per table is the target's own lock, which the server frees when
its holder dies; the slot of a pool outlives a killed run, and whoever waits for it waits busily.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import dagster as dg

from vault_assets.loading.audits import Audit, AuditsFailedError, Verdict
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.pattern_audits import checks_of
from vault_assets.loading.registering import register
from vault_assets.loading.stage_audits import stage_audits
from vault_assets.loading.staging import Staged
from vault_assets.loading.vault import Loaded
from vault_assets.loading.work import overdue_batches, stale_objects
from vault_assets.model import Warehouse
from vault_assets.orchestration.check_history import passed_before
from vault_assets.orchestration.io_manager import (
    MartBuild,
    QueryTableLoad,
    StageLoad,
    VaultAssetsIOManager,
    VaultLoad,
)
from vault_assets.orchestration.mart_assets import implied_audits, mart_config, mart_metadata
from vault_assets.orchestration.metadata import (
    check_result,
    counters,
    records,
    sql_text,
)
from vault_assets.orchestration.monitoring import monitoring_assets
from vault_assets.orchestration.progress import announced
from vault_assets.orchestration.query_assets import query_audits, query_metadata, query_spec
from vault_assets.orchestration.resources import LakeResource, StoreResource
from vault_assets.orchestration.retries import retried
from vault_assets.orchestration.specs import landing_spec, mart_spec, stage_spec, vault_spec
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.stages import stage_plan

OVERDUE = timedelta(hours=1)
APPLIED_COMPLETE = Audit(
    "applied_complete",
    "",
    "Every batch registered an hour ago or earlier is applied by every table that it feeds.",
    severity="warn",
)
FRESH = Audit(
    "fresh",
    "",
    "The newest object is no older than `freshness_hours` of its source.",
    severity="warn",
)
_SHOWN = ("batch_id", "object_key", "size", "etag", "duplicate_of")


def warehouse_assets(warehouse: Warehouse) -> list[dg.AssetsDefinition]:
    """Return every asset of a warehouse, in the order of the layers."""
    return [
        *(_landing(warehouse, name) for name in warehouse.sources),
        *(_stage(warehouse, name) for name in warehouse.sources),
        *(_vault(warehouse, name) for _, name, _ in warehouse.vault_tables()),
        *(_query_table(warehouse, field, name) for field, name, _ in warehouse.query_tables()),
        *(_mart(warehouse, name) for name in warehouse.marts),
        *(monitoring_assets(warehouse) if warehouse.monitoring else ()),
    ]


def _landing(warehouse: Warehouse, name: str) -> dg.AssetsDefinition:
    spec = landing_spec(warehouse, name)
    limit = warehouse.sources[name].freshness_hours
    fresh = [FRESH] if limit else []

    @dg.multi_asset(
        name=_op_name(spec),
        specs=[spec],
        check_specs=[_check_spec(spec, audit) for audit in (APPLIED_COMPLETE, *fresh)],
    )
    def landing(context: dg.AssetExecutionContext, lake: LakeResource, store: StoreResource) -> Any:
        with announced(spec.key.to_user_string()), retried(context.retry_number):
            target = lake.of(warehouse.name)
            found = register(target, store.open(), warehouse, name)
            overdue = overdue_batches(target, warehouse, name, OVERDUE)
            stale = stale_objects(target, name, timedelta(hours=limit)) if limit else []
        new = [{name: getattr(batch, name) for name in _SHOWN} for batch in found.new]
        yield dg.MaterializeResult(
            asset_key=spec.key,
            metadata={
                "objects": found.objects,
                "new_batches": len(new),
                "batches": records(new[:100]),
                **({"waiting": "; ".join(found.waiting)} if found.waiting else {}),
            },
        )
        yield check_result(spec.key, Verdict(APPLIED_COMPLETE, len(overdue), overdue[:10]))
        for audit in fresh:
            yield check_result(spec.key, Verdict(audit, len(stale), stale))

    return landing


def _stage(warehouse: Warehouse, name: str) -> dg.AssetsDefinition:
    source = warehouse.sources[name]
    extra = declared_audits(source)
    audits = [*stage_audits(source, stage_plan(warehouse, name)), *extra]
    return _table_asset(
        stage_spec(warehouse, name), audits, extra, StageLoad(warehouse), _staged_metadata
    )


def _vault(warehouse: Warehouse, name: str) -> dg.AssetsDefinition:
    table = next(table for _, other, table in warehouse.vault_tables() if other == name)
    extra = declared_audits(table)
    shipped = [
        Audit(t.name, "", t.description, blocking=t.blocking, severity=t.severity)
        for t in checks_of(vault_plan(warehouse, name))
    ]
    spec = vault_spec(warehouse, name, table)
    return _table_asset(spec, [*shipped, *extra], extra, VaultLoad(warehouse), _loaded_metadata)


def _query_table(warehouse: Warehouse, field: str, name: str) -> dg.AssetsDefinition:
    table = next(table for _, other, table in warehouse.query_tables() if other == name)
    extra = declared_audits(table)
    audits = [*query_audits(warehouse, field, name), *extra]
    spec = query_spec(warehouse, field, name)
    return _table_asset(spec, audits, extra, QueryTableLoad(warehouse), query_metadata)


def _mart(warehouse: Warehouse, name: str) -> dg.AssetsDefinition:
    extra = declared_audits(warehouse.marts[name])
    return _table_asset(
        mart_spec(warehouse, name),
        [*implied_audits(warehouse, name), *extra],
        extra,
        MartBuild(warehouse),
        lambda written: mart_metadata(warehouse, name, written),
        config=mart_config(warehouse, name),
        is_stored=warehouse.marts[name].kind == "table",
    )


def _table_asset(
    spec: dg.AssetSpec,
    audits: Sequence[Audit],
    passed_on: Sequence[Audit],
    source: Any,
    metadata: Callable[[Any], dict[str, Any]],
    *,
    config: Mapping[str, Any] | None = None,
    is_stored: bool = True,
) -> dg.AssetsDefinition:
    """Return the asset of one table.

    Args:
        spec: Its spec.
        audits: All its audits: they become the asset's checks.
        passed_on: Those of them that the writer does not know by itself.
        source: What is written.
        metadata: Makes the materialization's metadata from what the write returned.
        config: What a run may ask for: fields of `source`, as its op's config.
        is_stored: Whether it has rows of its own, to be counted.
    """

    @dg.multi_asset(
        name=_op_name(spec),
        specs=[spec],
        check_specs=[_check_spec(spec, audit) for audit in audits],
        config_schema=config,
    )
    def table(
        context: dg.AssetExecutionContext, vault_assets_io: dg.ResourceParam[VaultAssetsIOManager]
    ) -> Any:
        try:
            with announced(spec.key.to_user_string()), retried(context.retry_number):
                outcome = vault_assets_io.write(
                    spec.key,
                    replace(source, **context.op_execution_context.op_config) if config else source,
                    run_id=context.run.run_id,
                    audits=passed_on,
                    judge_again=lambda name: not passed_before(context.instance, spec.key, name),
                )
                count = (
                    {"dagster/row_count": vault_assets_io.row_count(spec.key)} if is_stored else {}
                )
        except AuditsFailedError as error:
            yield from _check_results(spec.key, error.verdicts, audits)
            raise dg.Failure(str(error), allow_retries=False) from error
        yield dg.MaterializeResult(asset_key=spec.key, metadata={**count, **metadata(outcome)})
        yield from _check_results(spec.key, outcome.verdicts, audits)

    return table


def _check_spec(spec: dg.AssetSpec, audit: Audit) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        audit.name,
        asset=spec.key,
        description=audit.description or None,
        blocking=audit.blocking,
    )


def _check_results(
    key: dg.AssetKey, verdicts: Sequence[Verdict], audits: Sequence[Audit]
) -> Iterator[dg.AssetCheckResult]:
    """Yield a result for every verdict; checks that were not reached have none."""
    declared = {audit.name for audit in audits}
    for verdict in verdicts:
        if verdict.audit.name in declared:
            yield check_result(key, verdict)


def _staged_metadata(staged: Staged) -> dict[str, Any]:
    batches = [
        {
            "batch_id": item.batch.batch_id,
            "object_key": item.batch.object_key,
            "records": item.records,
            "loaded": item.loaded,
            "quarantined": item.quarantined,
            "problem": item.problem or None,
        }
        for item in staged.batches
    ]
    return {
        "records": staged.total("records"),
        "loaded": staged.total("loaded"),
        "quarantined": staged.total("quarantined"),
        "batches": records(batches),
        "sql": sql_text(staged.statements),
    }


def _loaded_metadata(loaded: Loaded) -> dict[str, Any]:
    return {
        "rows_written": loaded.rows_written,
        **counters(loaded.batches),
        "keys_rebuilt": loaded.rebuilt,
        "sql": sql_text(loaded.statements),
    }


def _op_name(spec: dg.AssetSpec) -> str:
    return "__".join(spec.key.path)

"""The job that tidies up the lake of a warehouse, as it declares."""

import dagster as dg

from vault_assets.loading.maintaining import maintain
from vault_assets.loading.retention import compact_tracking
from vault_assets.model import Warehouse
from vault_assets.model.maintenance import Maintenance
from vault_assets.orchestration.resources import LakeResource
from vault_assets.targets.ducklake import DuckLake


def maintenance_definitions(warehouse: Warehouse) -> dg.Definitions:
    """Return job and schedule `<warehouse>_maintenance`; none if it is not declared."""
    declared = warehouse.maintenance
    if declared is None:
        return dg.Definitions()
    name = f"{warehouse.name}_maintenance"
    job = _job(warehouse, declared, name)
    schedule = dg.ScheduleDefinition(
        name=f"{name}_schedule",
        job=job,
        cron_schedule=declared.schedule,
        execution_timezone="UTC",
        description="Tidies up the lake.",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return dg.Definitions(jobs=[job], schedules=[schedule])


def _job(warehouse: Warehouse, declared: Maintenance, name: str) -> dg.JobDefinition:
    @dg.op(name=f"maintain_{warehouse.name}", out=dg.Out(dg.Nothing))
    def tidy(context: dg.OpExecutionContext, lake: LakeResource) -> None:
        found = lake.of(warehouse.name)
        for compacted in compact_tracking(found, warehouse):
            context.log.info(str(compacted))
        if not isinstance(found, DuckLake):
            context.log.info("other databases than a lake merge their files by themselves")
            return
        done = maintain(
            found,
            keep_days=declared.keep_days,
            clean_days=declared.clean_days,
            progress=context.log.info,
        )
        context.add_output_metadata(
            {
                "files_before": done.files_before,
                "files_after": done.files_after,
                "bytes_before": done.bytes_before,
                "bytes_after": done.bytes_after,
                "snapshots_expired": done.expired,
                "files_removed": done.removed,
            }
        )

    @dg.job(
        name=name,
        description="Merges small files, forgets old snapshots, removes files that none needs.",
    )
    def job() -> None:
        tidy()

    return job

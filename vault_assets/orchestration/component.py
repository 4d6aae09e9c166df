"""The Dagster component `vault_assets.Warehouse`: one YAML file is one warehouse."""

from typing import Any

import dagster as dg

from vault_assets import model
from vault_assets.model.sql_files import remember
from vault_assets.orchestration.active_runs import WAREHOUSE_TAG
from vault_assets.orchestration.assets import warehouse_assets
from vault_assets.orchestration.maintenance_job import maintenance_definitions
from vault_assets.orchestration.scaffolder import WarehouseScaffolder
from vault_assets.orchestration.sensors import object_sensor


@dg.scaffold_with(WarehouseScaffolder)
class Warehouse(dg.Component):
    """Files in an object store become stages, a Data Vault and marts: one asset per table."""

    def __init__(self, declaration: model.Warehouse) -> None:
        self.declaration = declaration

    @classmethod
    def get_model_cls(cls) -> type[model.Warehouse]:
        """Return the declaration's model: its schema documents and checks the YAML."""
        return model.Warehouse

    @classmethod
    def load(cls, attributes: Any, context: dg.ComponentLoadContext) -> "Warehouse":
        """Wrap a validated declaration."""
        remember(context.path)
        return cls(attributes)

    @classmethod
    def get_spec(cls) -> dg.ComponentTypeSpec:
        """Describe the component to `dg list components`."""
        return dg.ComponentTypeSpec(
            description="Files in an object store become stages, a Data Vault and marts.",
            tags=["data-vault", "ducklake", "s3"],
        )

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return assets, jobs, sensor and schedules of the warehouse; reads and writes nothing.

        Python modules beside the `defs.yaml` belong to the warehouse: their assets are added.
        """
        beside = [
            dg.load_definitions_from_module(context.load_defs_relative_python_module(path))
            for path in sorted(context.path.glob("[!_]*.py"))
        ]
        return dg.Definitions.merge(
            warehouse_definitions(self.declaration),
            maintenance_definitions(self.declaration),
            *beside,
        )


def warehouse_definitions(warehouse: model.Warehouse) -> dg.Definitions:
    """Return the definitions of a warehouse declared in code or YAML."""
    assets = warehouse_assets(warehouse)
    job = dg.define_asset_job(
        warehouse.name,
        selection=dg.AssetSelection.key_prefixes([warehouse.name]),
        description=warehouse.description or None,
        tags={WAREHOUSE_TAG: warehouse.name},
    )
    schedules = []
    if warehouse.schedule:
        schedules.append(
            dg.ScheduleDefinition(
                name=f"{warehouse.name}_schedule",
                job=job,
                cron_schedule=warehouse.schedule,
                execution_timezone="UTC",
                description="Loads what landed, should the sensor be off, and builds the marts.",
                default_status=dg.DefaultScheduleStatus.RUNNING,
            )
        )
    return dg.Definitions(
        assets=assets,
        jobs=[job],
        sensors=[object_sensor(warehouse, job.name)],
        schedules=schedules,
    )

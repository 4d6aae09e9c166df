"""What all warehouses share: resources, the executor, alerts."""

import dagster as dg

from vault_assets.orchestration.alerts import alert_sensor
from vault_assets.orchestration.wiring import shared_resources


@dg.definitions
def platform() -> dg.Definitions:
    """Return resources and executor.

    One process per run: the engine is parallel inside, and a process per step costs seconds each.
    """
    return dg.Definitions(
        resources=shared_resources(),
        executor=dg.in_process_executor,
        sensors=[alert_sensor()],
    )

"""What all warehouses share: resources, the executor, alerts."""

import dagster as dg

from vault_assets.orchestration.alerts import alert_sensor
from vault_assets.orchestration.io_manager import VaultAssetsIOManager
from vault_assets.orchestration.resources import LakeResource, StoreResource


@dg.definitions
def platform() -> dg.Definitions:
    """Return resources and executor.

    One process per run: the engine is parallel inside, and a process per step costs seconds each.
    """
    lake = LakeResource()
    store = StoreResource()
    io_manager = VaultAssetsIOManager(lake=lake, store=store)
    return dg.Definitions(
        resources={
            "lake": lake,
            "store": store,
            "io_manager": io_manager,
            "vault_assets_io": io_manager,
        },
        executor=dg.in_process_executor,
        sensors=[alert_sensor()],
    )

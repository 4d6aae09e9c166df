"""What the warehouses of a project share, wired so that one engine serves a run."""

from typing import Any

import dagster as dg

from vault_assets.orchestration.alerts import alert_sensor
from vault_assets.orchestration.io_manager import VaultAssetsIOManager
from vault_assets.orchestration.resources import LakeResource, StoreResource


def shared_resources() -> dict[str, Any]:
    """Return `lake`, `store`, `io_manager` and `vault_assets_io`, for `dg.Definitions`.

    The IO manager holds the very lake and store that assets get. Resources that are constructed
    with values would be copied into it instead.
    """
    lake = LakeResource.configure_at_launch()
    store = StoreResource.configure_at_launch()
    io_manager = VaultAssetsIOManager(lake=lake, store=store)
    return {"lake": lake, "store": store, "io_manager": io_manager, "vault_assets_io": io_manager}


def platform_definitions() -> dg.Definitions:
    """Return what a project needs once beside its warehouses: resources, the executor, alerts.

    One process per run: the engine is parallel inside, and a process per step costs seconds each.
    """
    return dg.Definitions(
        resources=shared_resources(),
        executor=dg.in_process_executor,
        sensors=[alert_sensor()],
    )

"""The resources that the assets of a warehouse need, wired so that one engine serves a run."""

from typing import Any

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

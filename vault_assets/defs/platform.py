"""What all warehouses share: resources, the executor, alerts."""

import dagster as dg

import vault_assets


@dg.definitions
def platform() -> dg.Definitions:
    """Return what they need once."""
    return vault_assets.platform_definitions()

"""Open the target that the settings name."""

from vault_assets.local.resolve import resolved
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake
from vault_assets.targets.target import Target


def open_target(
    warehouse: str, settings: Settings | None = None, *, read_only: bool = False
) -> Target:
    """Return a warehouse in the database of the settings; it connects at its first use.

    Args:
        warehouse: Name of the warehouse.
        settings: Default: from the environment and the local services.
        read_only: Nothing will be written.

    Raises:
        SettingsError: A setting is missing.
    """
    settings = resolved(settings)
    if settings.target == "vertica":
        from vault_assets.targets.vertica import Vertica  # noqa: PLC0415  sqlglot takes its time

        return Vertica(warehouse, settings, read_only=read_only)
    return DuckLake(warehouse, settings, read_only=read_only)

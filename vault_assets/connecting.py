"""A read-only DuckDB connection to a lake, for notebooks and dashboards."""

import tempfile
from pathlib import Path

import duckdb

from vault_assets.errors import SettingsError
from vault_assets.local.resolve import resolved
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake


def connect(warehouse: str, settings: Settings | None = None) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads a warehouse: `select * from mart.group_conversion`.

    Args:
        warehouse: Name of the warehouse; its lake is the current database.
        settings: Default: from the environment and the local services.

    Raises:
        TargetError: The lake cannot be attached.
        SettingsError: Tables are not in a lake.
    """
    settings = resolved(settings)
    if settings.target != "ducklake":
        raise SettingsError(
            f"a DuckDB connection reads DuckLake, and the target is {settings.target}",
            fix="Use `open_lake(...).query(...)`.",
        )
    lake = DuckLake(warehouse, settings, read_only=True)
    # The caller owns the connection, so rows it spills must outlive the lake object.
    lake.spill_to(Path(tempfile.gettempdir()))
    return lake.connection()

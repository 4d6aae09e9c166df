"""A read-only DuckDB connection to a lake, for notebooks and dashboards."""

import tempfile
from pathlib import Path

import duckdb

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
    """
    lake = DuckLake(warehouse, resolved(settings), read_only=True)
    # The caller owns the connection, so rows it spills must outlive the lake object.
    lake.spill_to(Path(tempfile.gettempdir()))
    return lake.connection()

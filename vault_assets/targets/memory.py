"""A lake in memory: transactions over a plain DuckDB database that is gone when it is closed."""

import tempfile
from pathlib import Path

import duckdb

from vault_assets.errors import TargetError
from vault_assets.model.names import quoted
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake


class MemoryLake(DuckLake):
    """A lake that writes nothing to disk.

    Args:
        warehouse: Name of the warehouse; also of the database.
        connection: An engine to attach the database to, which stays open; by default one of its
            own, with DuckDB's limits of memory and threads.
    """

    def __init__(
        self, warehouse: str, *, connection: duckdb.DuckDBPyConnection | None = None
    ) -> None:
        super().__init__(warehouse, Settings.model_construct())
        self._shared = connection is not None
        self._connection = connection or _engine()
        self._connection.execute(f"attach ':memory:' as {quoted(self.warehouse)}")
        self._connection.execute(f"use {quoted(self.warehouse)}")

    @property
    def work_dir(self) -> Path:
        """The system's folder for temporary files: only files that are added need it."""
        return Path(tempfile.gettempdir())

    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return the connection with the database as current one.

        Raises:
            TargetError: The lake is closed.
        """
        if self._connection is None:
            raise TargetError("the lake in memory is closed, its tables are gone")
        return self._connection

    def close(self) -> None:
        """Forget everything."""
        if self._connection is None:
            return
        self._disconnect()
        if self._shared:
            self._connection.execute(f"use memory; detach {quoted(self.warehouse)}")
        else:
            self._connection.close()
        self._connection = None

    def _disconnect(self) -> None:
        """Keep the connection, for the tables would go with it: there is no server to lose."""


def _engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    # Without a folder for spilled rows nothing can reach the disk.
    connection.execute("set temp_directory = ''; set TimeZone = 'UTC'")
    connection.execute("set preserve_insertion_order = true")
    return connection

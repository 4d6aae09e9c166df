"""The twin: an empty DuckDB with the same tables, which knows the columns and types of any query."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import duckdb

from vault_assets.model.names import quoted

Table = tuple[str | None, str]
Parameters = Mapping[str, Any] | Sequence[Any] | None


class Schema(Protocol):
    """What is known of the tables."""

    def columns(self, table: Table) -> Mapping[str, str] | None:
        """Return {column: DuckDB type} of a table or view in order; None if there is none.

        Args:
            table: Schema and name; no schema for a temporary table.
        """
        ...

    def describe(self, query: str) -> Mapping[str, str]:
        """Return {column: DuckDB type} of a query of DuckDB in order."""
        ...


class Twin:
    """An empty DuckDB with the tables of the target, made by the same statements.

    Args:
        connection: The engine; by default one of its own, in memory.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        self._connection = connection or _engine()

    def columns(self, table: Table) -> Mapping[str, str] | None:
        """Return {column: DuckDB type} of a table or view in order; None if there is none."""
        place = ".".join(quoted(part) for part in table if part)
        try:
            return self.describe(place)
        except duckdb.CatalogException:
            return None

    def describe(self, query: str) -> Mapping[str, str]:
        """Return {column: DuckDB type} of a query of DuckDB in order."""
        rows = self._connection.execute(f"describe {query}").fetchall()
        return {row[0]: row[1] for row in rows}

    def apply(self, sql: str, parameters: Parameters = None) -> None:
        """Run a statement that creates, changes or drops tables, as DuckDB takes it."""
        self._connection.execute(sql, parameters)


def _engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set TimeZone = 'UTC'; set python_enable_replacements = false")
    return connection

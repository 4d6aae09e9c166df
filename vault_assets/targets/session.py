"""A session: one connection inside one transaction, remembering the SQL that it ran."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

Parameters = Sequence[Any] | Mapping[str, Any] | None


class Session:
    """Runs statements on a connection and keeps their text for the asset's metadata.

    Args:
        connection: A connection with the lake as current database.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.statements: list[str] = []

    def run(self, sql: str, parameters: Parameters = None, *, note: bool = True) -> int:
        """Run one statement; return the rows it changed, or 0 if it does not say.

        Args:
            sql: One statement, values as parameters.
            parameters: By position or by name.
            note: Whether the text belongs into the metadata of the asset.
        """
        if note:
            self.statements.append(sql.strip())
        result = self.connection.execute(sql, parameters)
        columns = [column[0] for column in result.description or ()]
        row = result.fetchone() if columns == ["Count"] else None
        return int(row[0]) if row else 0

    def rows(self, sql: str, parameters: Parameters = None) -> list[dict[str, Any]]:
        """Return the rows of a small query as dictionaries."""
        result = self.connection.execute(sql, parameters)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def value(self, sql: str, parameters: Parameters = None) -> Any:
        """Return the one value of a query of exactly one row and one column."""
        ((value,),) = self.connection.execute(sql, parameters).fetchall()
        return value

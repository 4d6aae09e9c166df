"""A session: one connection inside one transaction, remembering the SQL that it ran."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from vault_assets.sql.plans import TablePlan

Parameters = Sequence[Any] | Mapping[str, Any] | None


class Session:
    """Runs statements on a connection and keeps their text for the asset's metadata.

    Class attributes say what the database can do:
    `enumerates`: it has enumerations, which make comparisons of texts cheap;
    `defines_alone`: a definition commits by itself, so that a table may be there without its first
    rows after a load was killed;
    `widest_text`: octets of the longest text that it stores, None without a limit;
    `refused_characters`: pattern of characters that no text may hold, or none.

    Args:
        connection: A DuckDB connection with the lake as current database, or one that offers what
            loads use of it: `execute`, `register`, `unregister`.
    """

    enumerates: ClassVar[bool] = True
    defines_alone: ClassVar[bool] = False
    widest_text: ClassVar[int | None] = None
    refused_characters: ClassVar[str] = ""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.statements: list[str] = []

    def declare(self, table: TablePlan) -> None:
        """Tell the plan of a table before a statement that may create it."""

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

"""A session: one connection inside one transaction, remembering the SQL that it ran."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from vault_assets.sql.plans import TablePlan

Parameters = Sequence[Any] | Mapping[str, Any] | None

_CHANGES_TABLES = re.compile(
    r"""(\s|--[^\n]*\n)*   # blanks and comments
    ( create\s+(?!((or\s+replace\s+)?temp|schema)\s)
    | drop\s+(?!(type\s|\w+\s+(if\s+exists\s+)?temp\.))
    | (alter|comment)\s
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""Statements after which tables, views or comments may be others; temp tables are none of them."""


class Session:
    """Runs statements on a connection and keeps their text for the asset's metadata.

    Class attributes say what the database can do:
    `enumerates`: it has enumerations, which make comparisons of texts cheap;
    `defines_alone`: a definition commits by itself, so that a table may be there without its first
    rows after a load was killed;
    `widest_text`: octets of the longest text that it stores, None without a limit;
    `stages_together`: small files may be staged in one statement;
    `refused_characters`: pattern of characters that no text may hold, or none.

    Args:
        connection: A DuckDB connection with the lake as current database, or one that offers what
            loads use of it: `execute`, `register`, `unregister`.
        facts: By table as layer.name, or by layer: what stays true until this process changes it.
        alone: Whether the catalog cannot change before the session ends.
    """

    enumerates: ClassVar[bool] = True
    defines_alone: ClassVar[bool] = False
    widest_text: ClassVar[int | None] = None
    refused_characters: ClassVar[str] = ""
    stages_together: ClassVar[bool] = True

    def __init__(
        self,
        connection: Any,
        facts: dict[str, str] | None = None,
        *,
        alone: bool = False,
    ) -> None:
        self.connection = connection
        self.statements: list[str] = []
        self.facts = facts if facts is not None else {}
        self._catalog: dict[str, Any] | None = {} if alone else None

    def declare(self, table: TablePlan) -> None:
        """Tell the plan of a table before a statement that may create it."""

    def clear(self, table: TablePlan, matching: str, values: Sequence[Any]) -> None:
        """Delete the rows of a mart that are about to be replaced.

        Args:
            table: The mart.
            matching: SQL: whether a row is one of them.
            values: Of a mart by partition: the partitions.
        """
        del values
        self.run(f"delete from {table.sql} where {matching}")

    def run(self, sql: str, parameters: Parameters = None, *, note: bool = True) -> int:
        """Run one statement; return the rows it changed, or 0 if it does not say.

        Args:
            sql: One statement, values as parameters.
            parameters: By position or by name.
            note: Whether the text belongs into the metadata of the asset.
        """
        if note:
            self.statements.append(sql.strip())
        if _CHANGES_TABLES.match(sql):
            self._forget(sql)
        result = self.connection.execute(sql, parameters)
        columns = [column[0] for column in result.description or ()]
        row = result.fetchone() if columns == ["Count"] else None
        return int(row[0]) if row else 0

    def take(self, table: str, query: str, parameters: Parameters = None) -> None:
        """Make a temp table in the engine, where files are read, of the rows of a query."""
        self.run(f"create or replace temp table {table} as\n{query}", parameters)

    def rows(self, sql: str, parameters: Parameters = None) -> list[dict[str, Any]]:
        """Return the rows of a small query as dictionaries."""
        result = self.connection.execute(sql, parameters)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def value(self, sql: str, parameters: Parameters = None) -> Any:
        """Return the one value of a query of exactly one row and one column."""
        ((value,),) = self.connection.execute(sql, parameters).fetchall()
        return value

    def catalog(self, key: str, read: Callable[[], Any]) -> Any:
        """Return what the catalog says, read once per transaction unless a table changes in it.

        Args:
            key: Names what is read.
            read: Reads it.
        """
        if self._catalog is None:
            return read()
        if key not in self._catalog:
            self._catalog[key] = read()
        return self._catalog[key]

    def _forget(self, sql: str) -> None:
        """Forget the catalog, and the facts about what a statement names."""
        named = sql.replace('"', "")
        for label in [label for label in self.facts if label in named]:
            del self.facts[label]
        if self._catalog is not None:
            self._catalog.clear()

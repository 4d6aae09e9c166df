"""The twin: an empty DuckDB with the same tables, which describes any query."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb

from vault_assets.model.names import quoted

Table = tuple[str | None, str]
Parameters = Mapping[str, Any] | Sequence[Any] | None


_MACRO = re.compile(
    r'create or replace macro "(?P<schema>[a-z0-9_]+)"[.]"(?P<name>[a-z0-9_]+)"'
    r"[(](?P<parameters>.*?)[)] as table\n(?P<body>.*)",
    re.DOTALL,
)
_PARAMETER = re.compile(
    r"""\s*"(?P<name>[a-z0-9_]+)"(?: := (?P<default>'(?:[^']|'')*'|[^,']+))?\s*(?:,|$)"""
)


@dataclass(frozen=True)
class Macro:
    """A view with parameters: {name: SQL of its default, or None}, and its query."""

    parameters: Mapping[str, str | None]
    body: str


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

    def macro(self, table: Table) -> Macro | None:
        """Return a view with parameters; None if there is none."""
        ...


class Twin:
    """An empty DuckDB with the tables of the target, made by the same statements.

    Args:
        connection: The engine; by default one of its own, in memory.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        self._connection = connection or _engine()
        self._macros: dict[Table, Macro] = {}

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
        if found := _MACRO.fullmatch(sql.strip()):
            given = {m["name"]: m["default"] for m in _PARAMETER.finditer(found["parameters"])}
            self._macros[found["schema"], found["name"]] = Macro(given, found["body"])

    def macro(self, table: Table) -> Macro | None:
        """Return a view with parameters that `apply` made; None if there is none."""
        return self._macros.get(table)


def _engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set TimeZone = 'UTC'; set python_enable_replacements = false")
    return connection

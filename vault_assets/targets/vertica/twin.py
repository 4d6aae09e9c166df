"""The twin: DuckDB in this process, with the tables of the warehouse on Vertica, but empty.

It knows the columns and types of every table and query, and it reads files and frames.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from vault_assets.model.names import literal, quoted
from vault_assets.settings import Settings
from vault_assets.sql.vertica import twin as sql_twin
from vault_assets.targets.session import Parameters
from vault_assets.targets.vertica.statements import Name, statement
from vault_assets.targets.vertica.types import stored_type

TEMP = "temp"


@dataclass(frozen=True)
class Column:
    """A column: name, type of the engine, whether it may be NULL."""

    name: str
    kind: str
    nullable: bool = True


Columns = tuple[Column, ...]


@dataclass(frozen=True)
class Known:
    """What is known of a warehouse: columns of tables and views, and comments.

    Args:
        tables: Columns of each table.
        views: Columns of each view.
        comments: (layer, table, column, text).
        macros: Statements that create views with parameters.
    """

    tables: Mapping[Name, Columns]
    views: Mapping[Name, Columns]
    comments: tuple[tuple[str, str, str, str], ...] = ()
    macros: tuple[str, ...] = ()


class Twin(sql_twin.Twin):
    """The empty tables of one warehouse.

    Args:
        warehouse: Name of the warehouse, and of the current database.
        settings: Memory and threads.
        spill: Folder for rows that do not fit into memory.
    """

    def __init__(self, warehouse: str, settings: Settings, spill: Path) -> None:
        self.warehouse = warehouse
        self.engine = _engine(settings, spill)
        super().__init__(self.engine)
        self.engine.execute(f"attach ':memory:' as {quoted(warehouse)}")
        self.engine.execute(f"use {quoted(warehouse)}")
        self._texts: dict[Name, str] = {}

    def table(self, name: Name) -> Columns:
        """Return the columns of a table or view; none if there is none."""
        schema, table = name
        rows = self.engine.execute(
            "select column_name, data_type, is_nullable from duckdb_columns() "
            "where database_name = $database and table_name = $table "
            "and ($schema = '' or schema_name = $schema) order by column_index",
            {
                "database": self.warehouse if schema else TEMP,
                "schema": schema,
                "table": table,
            },
        ).fetchall()
        return tuple(Column(*row) for row in rows)

    def describe(self, query: str, parameters: Parameters = None) -> dict[str, str]:
        """Return {column: type} of a query in order, with the types that Vertica stores."""
        rows = self.engine.execute(f"describe {query}", parameters).fetchall()
        return {row[0]: stored_type(row[1]) for row in rows}

    def described(self, query: str, parameters: Parameters = None) -> Columns:
        """Return the columns of a query, with the types that Vertica stores."""
        return tuple(Column(*item) for item in self.describe(query, parameters).items())

    def layers(self) -> frozenset[str]:
        """Return the names of the layers that have tables."""
        rows = self.engine.execute(
            "select schema_name from duckdb_schemas() where database_name = $database",
            {"database": self.warehouse},
        ).fetchall()
        return frozenset(name for (name,) in rows) - {"main"}

    def has_schema(self, layer: str) -> bool:
        """Whether there is a schema of that name."""
        ((count,),) = self.engine.execute(
            "select count(*) from duckdb_schemas() where database_name = $database "
            "and schema_name = $layer",
            {"database": self.warehouse, "layer": layer},
        ).fetchall()
        return bool(count)

    def create(self, name: Name, columns: Sequence[Column], *, replace: bool = True) -> None:
        """Create an empty table."""
        body = ", ".join(
            f"{quoted(column.name)} {column.kind}{'' if column.nullable else ' not null'}"
            for column in columns
        )
        if name[0]:
            self.engine.execute(f"create schema if not exists {quoted(name[0])}")
        head = "create or replace" if replace else "create"
        temp = "" if name[0] else "temp "
        self.engine.execute(f"{head} {temp}table {named(name)} ({body})")

    def drop(self, name: Name) -> None:
        """Drop a table or view, if there is one."""
        if not self.table(name):
            return
        where = f"database_name = {literal(self.warehouse if name[0] else TEMP)}"
        found = self.engine.execute(
            f"select count(*) from duckdb_views() where {where} and view_name = $name "
            "and ($schema = '' or schema_name = $schema)",
            {"name": name[1], "schema": name[0]},
        ).fetchall()
        kind = "view" if found[0][0] else "table"
        self.engine.execute(f"drop {kind} {named(name)}")

    def known(self) -> Known:
        """Return what there is now."""
        rows = self.engine.execute(
            "select c.schema_name, c.table_name, c.column_name, c.data_type, c.is_nullable, "
            "c.comment, v.view_name is not null from duckdb_columns() as c "
            "left join duckdb_views() as v on v.database_name = c.database_name "
            "and v.schema_name = c.schema_name and v.view_name = c.table_name "
            "where c.database_name = $database order by 1, 2, c.column_index",
            {"database": self.warehouse},
        ).fetchall()
        found: tuple[dict[Name, list[Column]], ...] = ({}, {})
        for layer, table, name, kind, nullable, _, is_view in rows:
            found[is_view].setdefault((layer, table), []).append(Column(name, kind, nullable))
        tables, views = ({n: tuple(c) for n, c in each.items()} for each in found)
        comments = tuple((row[0], row[1], row[2], row[5]) for row in rows if row[5] is not None)
        return Known(tables, views, comments, tuple(self._texts.values()))

    def become(self, known: Known) -> None:
        """Have these tables, views and comments, and no others; a view has no rows either."""
        self.engine.execute("use memory")
        self.engine.execute(f"detach {quoted(self.warehouse)}")
        self.engine.execute(f"attach ':memory:' as {quoted(self.warehouse)}")
        self.engine.execute(f"use {quoted(self.warehouse)}")
        for name, columns in known.tables.items():
            self.create(name, columns, replace=False)
        for name, columns in known.views.items():
            nulls = ", ".join(f"cast(null as {c.kind}) as {quoted(c.name)}" for c in columns)
            self.engine.execute(f"create schema if not exists {quoted(name[0])}")
            self.engine.execute(f"create view {named(name)} as select {nulls} where false")
        for schema, table, column, text in known.comments:
            place = f"{named((schema, table))}.{quoted(column)}"
            if self.table((schema, table)):
                self.engine.execute(f"comment on column {place} is {literal(text)}")
        self._texts.clear()
        self._macros.clear()
        for text in known.macros:
            self.apply(text)

    def apply(self, sql: str, parameters: Parameters = None) -> None:
        """Create or drop a view with parameters."""
        super().apply(sql, parameters)
        found = statement(sql)
        self._texts.pop(found.target, None)
        if found.what == "create":
            self._texts[found.target] = found.text
        else:
            self._macros.pop(found.target, None)

    def close(self) -> None:
        """Forget everything."""
        self.engine.close()


def _engine(settings: Settings, spill: Path) -> duckdb.DuckDBPyConnection:
    """Open an engine in memory; it needs no extension, for it reads local files only."""
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    connection.execute(f"set memory_limit = {literal(settings.memory_limit)}")
    connection.execute(f"set temp_directory = {literal(str(spill))}")
    connection.execute("set TimeZone = 'UTC'; set preserve_insertion_order = true")
    # An unknown table must not be taken for a variable of this process.
    connection.execute("set python_enable_replacements = false")
    if settings.threads:
        connection.execute(f"set threads = {settings.threads}")
    return connection


def named(name: Name) -> str:
    """Return a quoted name."""
    schema, table = name
    return f"{quoted(schema or TEMP)}.{quoted(table)}"

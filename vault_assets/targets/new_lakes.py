"""The first tables of a lake: its registry."""

import duckdb

from vault_assets.model.names import quoted
from vault_assets.sql.dialect import sql_type
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.registry import SELDOM_WRITTEN, TABLES
from vault_assets.sql.templates import render


def create_registry(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the registry in a lake that has nothing yet and is the current database.

    DuckLake keeps no statistics of a table before its first row, and asks the catalog for them at
    every query, column by column: about 25 ms for each table that a query names (DuckLake of DuckDB
    1.5; 5 ms once there was a row). So tables that most loads read and few write get a row, lose
    it, and only then their name: nobody ever sees it.
    """
    connection.execute(f"create schema if not exists {quoted(TABLES[0].layer)}")
    connection.execute("begin")
    for table in TABLES:
        if table not in SELDOM_WRITTEN:
            connection.execute(render("vault/create_table.sql", table=table))
    for table in SELDOM_WRITTEN:
        unnamed = _unnamed(table)
        row = ", ".join(
            f"cast({_VALUES[c.type.kind]} as {sql_type(c.type)})" for c in table.columns
        )
        connection.execute(render("vault/create_table.sql", table=unnamed))
        connection.execute(f"insert into {unnamed.sql} values ({row})")
    connection.execute("commit")
    connection.execute("begin")
    for table in SELDOM_WRITTEN:
        unnamed = _unnamed(table)
        connection.execute(f"delete from {unnamed.sql}")
        connection.execute(f"alter table {unnamed.sql} rename to {quoted(table.name)}")
    connection.execute("commit")


_VALUES = {"text": "''", "integer": "0", "timestamp": "'1900-01-01'"}


def _unnamed(table: TablePlan) -> TablePlan:
    return TablePlan(table.layer, f"{table.name}_", table.columns)

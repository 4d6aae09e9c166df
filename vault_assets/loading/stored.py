"""What tables the database has, as they are."""

from collections.abc import Mapping, Sequence
from typing import Any

from vault_assets.model.names import quoted
from vault_assets.sql.plans import TablePlan
from vault_assets.targets.session import Session

Columns = Mapping[str, str]
"""Name: type of the columns of a table, in their order."""


def stored_columns(session: Session, table: TablePlan) -> Columns:
    """Return name: type of the columns that the table has; empty if there is no table."""
    return stored_tables(session, table.layer).get(table.name, {})


def stored_tables(session: Session, layer: str) -> dict[str, dict[str, str]]:
    """Return the columns of each table of a schema, by its name."""
    return by_table(stored_catalog(session, layer))


def stored_catalog(session: Session, layer: str) -> list[dict[str, Any]]:
    """Return name, type and comment of every column of a schema, in order."""
    return session.catalog(
        f"columns of {layer}",
        lambda: session.rows(
            "select table_name, column_name, data_type, comment from duckdb_columns() "
            "where database_name = current_database() and schema_name = $schema "
            "order by table_name, column_index",
            {"schema": layer},
        ),
    )


def ensure_schema(session: Session, layer: str) -> None:
    """Create a schema that has no table yet; asking is cheaper than to let the engine find out."""
    if not stored_catalog(session, layer):
        session.run(f"create schema if not exists {quoted(layer)}", note=False)


def stored_views(session: Session, layer: str) -> dict[str, str]:
    """Return the comment of each view of a schema, empty if it has none, by its name."""
    rows = session.catalog(
        f"views of {layer}",
        lambda: session.rows(
            "select view_name, comment from duckdb_views() "
            "where database_name = current_database() and schema_name = $schema",
            {"schema": layer},
        ),
    )
    return {row["view_name"]: row["comment"] or "" for row in rows}


def by_table(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the columns of each table among rows of `stored_catalog`."""
    tables: dict[str, dict[str, str]] = {}
    for row in rows:
        tables.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    return tables

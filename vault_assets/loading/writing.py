"""What writers of tables and of partitions share: rows to write, and a table that fits them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pyarrow as pa

from vault_assets.errors import TargetError
from vault_assets.loading.audits import Verdict
from vault_assets.loading.stored import ensure_schema, stored_columns, stored_views
from vault_assets.model.names import quoted
from vault_assets.sql.plans import TablePlan
from vault_assets.targets.session import Session


@dataclass(frozen=True)
class Query:
    """A select statement whose rows become a table.

    Args:
        sql: The statement; tables are named layer.table.
        parameters: Values bound to $name.
    """

    sql: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


Rows = Query | pl.DataFrame | pl.LazyFrame | pa.Table | pa.RecordBatchReader


@dataclass(frozen=True)
class Exported:
    """A file that was written: its key, data rows and bytes."""

    key: str
    rows: int
    size: int


@dataclass(frozen=True)
class Written:
    """What a write did: rows, columns as {name: type}, the SQL that ran, audit verdicts.

    `partitions`: Of a mart by partition those that were built, in order; else None.
    `stored_partitions`: Those that it has, with their rows, the newest first.
    `keys`: Of a mart by key how many were built; else None.
    `exports`: Files that were written.
    """

    table: str
    rows: int
    columns: Mapping[str, str]
    statements: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    partitions: tuple[dt.date, ...] | None = None
    stored_partitions: tuple[tuple[dt.date, int], ...] = ()
    exports: tuple[Exported, ...] = ()
    keys: int | None = None


def source_of(session: Session, rows: Rows) -> tuple[str, Mapping[str, Any]]:
    """Return rows as the SQL that reads them, and its parameters."""
    if isinstance(rows, Query):
        return rows.sql.rstrip().rstrip(";"), rows.parameters
    if isinstance(rows, pl.LazyFrame):
        rows = rows.collect(engine="streaming")
    data = rows.to_arrow() if isinstance(rows, pl.DataFrame) else rows
    session.connection.register("incoming_rows", data)
    return "select * from incoming_rows", {}


def described(
    session: Session, table: TablePlan, source: str, parameters: Mapping[str, Any]
) -> dict[str, str]:
    """Return {name: type} of the columns of a query.

    Raises:
        TargetError: Target would corrupt a column.
    """
    rows = session.rows(f"describe {source}", parameters)
    columns = {row["column_name"]: row["column_type"] for row in rows}
    wide = [name for name, kind in columns.items() if "HUGEINT" in kind]
    if wide:
        # DuckLake stores HUGEINT as DOUBLE and changes values without a word.
        raise TargetError(
            f"column {wide[0]!r} is a 128-bit integer, which cannot be stored exactly",
            where=table.label,
            fix="Cast it, for example cast(sum(x) as bigint).",
        )
    return columns


def fit(session: Session, table: TablePlan, columns: Mapping[str, str]) -> bool:
    """Let a table have these columns; it is made anew, empty, if they are not what it has.

    Returns:
        Whether the table, or one of its columns, is new.
    """
    session.declare(table)
    stored = stored_columns(session, table)
    if not stored or _is_view(session, table):
        ensure_schema(session, table.layer)
        drop_views(session, table)
        body = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
        session.run(f"create table {table.sql} ({body})", note=False)
        return True
    if list(stored) == list(columns)[: len(stored)] and all(
        stored[name] == kind for name, kind in columns.items() if name in stored
    ):
        for name in list(columns)[len(stored) :]:
            session.run(f"alter table {table.sql} add column {quoted(name)} {columns[name]}")
        return len(columns) > len(stored)
    # A mart is derived: when its columns change it is made anew, in the same transaction.
    session.run(f"drop table {table.sql}")
    body = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
    session.run(f"create table {table.sql} ({body})", note=False)
    return True


def _is_view(session: Session, table: TablePlan) -> bool:
    return table.name in stored_views(session, table.layer)


def drop_views(session: Session, table: TablePlan) -> None:
    """Drop the view of that name, and the one with parameters, if there are any."""
    if _is_view(session, table):
        session.run(f"drop view {table.sql}")
    session.run(f"drop macro table if exists {table.sql}", note=False)

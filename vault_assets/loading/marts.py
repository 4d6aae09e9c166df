"""Write a table that is replaced as a whole: the rows of a query, a frame or an Arrow stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pyarrow as pa

from vault_assets.errors import TargetError
from vault_assets.loading.audits import Audit, Verdict, evaluate, refuse_failures
from vault_assets.loading.stored import stored_columns
from vault_assets.model import Mart, Warehouse
from vault_assets.model.names import quoted
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.tracing import mart_sql
from vault_assets.targets.ducklake import DuckLake
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
class Written:
    """What a write did: rows, columns as {name: type}, the SQL that ran, audit verdicts."""

    table: str
    rows: int
    columns: Mapping[str, str]
    statements: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


def mart_query(warehouse: Warehouse, name: str) -> Query:
    """Return the query of a declared mart."""
    return Query(mart_sql(warehouse, name), warehouse.marts[name].parameters)


def mart_audits(name: str, mart: Mart) -> list[Audit]:
    """Return the audits that a mart's declaration implies: its key is unique and never NULL."""
    if not mart.key:
        return []
    keys = ", ".join(quoted(column) for column in mart.key)
    missing = " or ".join(f"{quoted(column)} is null" for column in mart.key)
    table = f"mart.{quoted(name)}"
    sql = (
        f"select {keys}, count(*) as rows_with_this_key from {table} "
        f"group by {keys} having count(*) > 1 or {missing}"
    )
    return [Audit("key_unique", sql, "Every row has its own key.", blocking=True)]


def replace_table(
    lake: DuckLake, layer: str, name: str, rows: Rows, *, audits: Sequence[Audit] = ()
) -> Written:
    """Replace all rows of a table, in one transaction; readers see the old or the new rows.

    The table is created from the first rows that come; later it keeps its columns and their order,
    and gains new ones at the end.

    Args:
        lake: The warehouse's lake.
        layer: Schema of the table.
        name: Name of the table.
        rows: A query, a Polars frame (lazy ones are streamed), an Arrow table or reader.
        audits: Checks; blocking ones are evaluated before the commit.

    Raises:
        AuditsFailedError: A blocking audit failed; the old rows are still there.
        TargetError: A column has another type than stored, or one that DuckLake would corrupt.
    """
    table = TablePlan(layer, name, ())

    def unit(session: Session) -> Written:
        source, parameters = _source(session, rows)
        columns = _described(session, table, source, parameters)
        _fit(session, table, columns)
        session.run(f"delete from {table.sql}")
        count = session.run(f"insert into {table.sql} by name\n{source}", parameters)
        verdicts = evaluate(session, audits, blocking=True)
        refuse_failures(table.label, verdicts)
        verdicts += evaluate(session, audits, blocking=False)
        return Written(table.label, count, columns, tuple(session.statements), tuple(verdicts))

    return lake.transaction([table.label], unit)


def build_mart(
    lake: DuckLake, warehouse: Warehouse, name: str, *, extra_audits: Sequence[Audit] = ()
) -> Written:
    """Replace the mart `name` by the rows of its query; see `replace_table`."""
    query = mart_query(warehouse, name)
    audits = [*mart_audits(name, warehouse.marts[name]), *extra_audits]
    return replace_table(lake, "mart", name, query, audits=audits)


def _source(session: Session, rows: Rows) -> tuple[str, Mapping[str, Any]]:
    if isinstance(rows, Query):
        return rows.sql.rstrip().rstrip(";"), rows.parameters
    if isinstance(rows, pl.LazyFrame):
        rows = rows.collect(engine="streaming")
    data = rows.to_arrow() if isinstance(rows, pl.DataFrame) else rows
    session.connection.register("incoming_rows", data)
    return "select * from incoming_rows", {}


def _described(
    session: Session, table: TablePlan, source: str, parameters: Mapping[str, Any]
) -> dict[str, str]:
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


def _fit(session: Session, table: TablePlan, columns: Mapping[str, str]) -> None:
    stored = stored_columns(session, table)
    if not stored:
        session.run(f"create schema if not exists {quoted(table.layer)}", note=False)
        body = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
        session.run(f"create table {table.sql} ({body})", note=False)
        return
    if list(stored) == list(columns)[: len(stored)] and all(
        stored[name] == kind for name, kind in columns.items() if name in stored
    ):
        for name in list(columns)[len(stored) :]:
            session.run(f"alter table {table.sql} add column {quoted(name)} {columns[name]}")
        return
    # A mart is derived: when its columns change it is made anew, in the same transaction.
    session.run(f"drop table {table.sql}")
    body = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
    session.run(f"create table {table.sql} ({body})", note=False)

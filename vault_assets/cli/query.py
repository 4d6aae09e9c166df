"""`query`: read a lake with SQL."""

import enum
import sys
from typing import Annotated

import duckdb
import typer
from pyarrow.csv import CSVWriter
from rich.console import Console
from rich.table import Table as Grid

from vault_assets.cli.project import chosen, lake_of
from vault_assets.errors import VaultAssetsError
from vault_assets.model.names import quoted
from vault_assets.settings import Settings

TABLE_ROWS = 1000
BATCH_ROWS = 50_000


class Format(enum.StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def query(
    sql: Annotated[str, typer.Argument(help="One select statement; tables are layer.table.")],
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
    warehouse: Annotated[str | None, typer.Option("--warehouse", "-w")] = None,
) -> None:
    """Read a warehouse; nothing can be changed by it."""
    name = chosen(warehouse, Settings()).name
    with lake_of(name, read_only=True) as lake:
        connection = lake.connection()
        try:
            _only_reads(connection, sql)
            rows = connection.sql(sql)
            if rows is None:
                raise VaultAssetsError("the statement returns no rows")
            _print(rows, form)
        except duckdb.Error as error:
            raise VaultAssetsError(str(error)) from error


def _only_reads(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    allowed = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type not in allowed:
        raise VaultAssetsError(
            "`query` runs one select statement", fix="It cannot change anything."
        )


def _print(rows: duckdb.DuckDBPyRelation, form: Format) -> None:
    if form is Format.TABLE:
        _print_table(rows)
    elif form is Format.CSV:
        _print_csv(rows)
    else:
        _print_json(rows)


def _print_csv(rows: duckdb.DuckDBPyRelation) -> None:
    reader = rows.to_arrow_reader(BATCH_ROWS)
    with CSVWriter(sys.stdout.buffer, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
    sys.stdout.flush()


def _print_json(rows: duckdb.DuckDBPyRelation) -> None:
    """Print one JSON object per line, made by the engine."""
    columns = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in rows.columns)
    lines = rows.project(f"cast(to_json(struct_pack({columns})) as varchar)")
    while found := lines.fetchmany(BATCH_ROWS):
        sys.stdout.write("\n".join(line for (line,) in found) + "\n")


def _print_table(rows: duckdb.DuckDBPyRelation) -> None:
    grid = Grid(*rows.columns)
    found = rows.limit(TABLE_ROWS + 1).fetchall()
    for row in found[:TABLE_ROWS]:
        grid.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(grid)
    if len(found) > TABLE_ROWS:
        Console().print(f"the first {TABLE_ROWS} rows; use --format csv for all")


def add_to(app: typer.Typer) -> None:
    """Register the command of this module."""
    app.command()(query)

"""`query`: read a lake with SQL."""

import enum
import sys
from typing import Annotated

import duckdb
import typer
from pyarrow.csv import CSVWriter, WriteOptions
from rich.text import Text

from vault_assets.cli.grids import grid, terminal
from vault_assets.cli.project import chosen, lake_of
from vault_assets.cli.reading_only import confine, refuse_all_but_reading
from vault_assets.errors import VaultAssetsError
from vault_assets.local.resolve import resolved
from vault_assets.model.names import quoted
from vault_assets.targets.target import Target

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
    settings = resolved()
    name = chosen(warehouse, settings).name
    with lake_of(name, read_only=True) as lake:
        engine = lake.engine()
        try:
            confine(engine, (settings.data, settings.landing))
            refuse_all_but_reading(engine, sql)
            print_rows(_answer(lake, engine, sql), form)
        except duckdb.Error as error:
            raise VaultAssetsError(str(error)) from error


def _answer(lake: Target, engine: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyRelation:
    """Return the rows, read lazily if they are in the engine's reach."""
    if lake.connection() is engine:
        return engine.sql(sql)
    return engine.from_arrow(lake.connection().execute(sql).to_arrow_table())


def print_rows(rows: duckdb.DuckDBPyRelation, form: Format) -> None:
    """Print the rows of a relation."""
    if form is Format.TABLE:
        _print_table(rows)
    elif form is Format.CSV:
        _print_csv(rows)
    else:
        _print_json(rows)


def _print_csv(rows: duckdb.DuckDBPyRelation) -> None:
    """Print CSV of the engine's own texts: Arrow's writer knows no UUIDs, lists or structures."""
    texts = ", ".join(f"cast({quoted(name)} as varchar) as {quoted(name)}" for name in rows.columns)
    reader = rows.project(texts).to_arrow_reader(BATCH_ROWS)
    options = WriteOptions(quoting_style="needed")
    with CSVWriter(sys.stdout.buffer, reader.schema, write_options=options) as writer:
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
    table = grid(*rows.columns)
    found = rows.limit(TABLE_ROWS + 1).fetchall()
    for row in found[:TABLE_ROWS]:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    terminal().print(table)
    if len(found) > TABLE_ROWS:
        terminal().print(f"the first {TABLE_ROWS} rows; use --format csv for all")


def add_to(app: typer.Typer) -> None:
    """Register the command of this module."""
    app.command()(query)

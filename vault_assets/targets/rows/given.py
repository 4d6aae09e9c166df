"""Given: rows of every kind that Python knows, as one stream of Arrow batches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from vault_assets.errors import BatchError
from vault_assets.targets.csv import SourceColumn
from vault_assets.targets.csv.header import hint
from vault_assets.targets.rows.dictionaries import table_of

GivenRows = (
    Sequence[Mapping[str, Any]]
    | pa.Table
    | pa.RecordBatchReader
    | pl.DataFrame
    | pl.LazyFrame
    | duckdb.DuckDBPyRelation
)
"""What rows may be given as."""


@dataclass(frozen=True)
class Given:
    """Rows as Arrow.

    Args:
        schema: Their columns, none twice.
        open: Gives them as a stream, from the first row on.
    """

    schema: pa.Schema
    open: Callable[[], pa.RecordBatchReader]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.schema.names)


def given_rows(rows: GivenRows, columns: Mapping[str, SourceColumn], *, where: str = "") -> Given:
    """Return rows as Arrow; what is Arrow, Polars or DuckDB is not copied.

    Args:
        rows: Dictionaries by column name, an Arrow table or reader, a Polars frame (a lazy one is
            collected), or a DuckDB relation.
        columns: The declared columns by name.
        where: What to name in an error.

    Raises:
        BatchError: They are of no such kind, have a column twice, lack a declared column that is
            not optional, or hold values that are no scalars. Rows without any column are allowed
            to be none.
    """
    found = _given(rows, columns, where)
    for position, name in enumerate(found.names):
        if name in found.names[:position]:
            raise BatchError(f"the rows have the column {name!r} twice", where=where)
    for name, column in columns.items():
        if found.names and name not in found.names and not column.optional:
            raise BatchError(
                f"the rows lack the column {name!r}; {hint(name, found.names)}",
                where=where,
                fix="Add it, or declare it `optional: true`.",
            )
    for name in columns:
        if name in found.names:
            _refuse_nested(name, found.schema.field(name).type, where)
    return found


def _given(rows: Any, columns: Mapping[str, SourceColumn], where: str) -> Given:
    if isinstance(rows, pl.LazyFrame):
        rows = rows.collect(engine="streaming")
    if isinstance(rows, pl.DataFrame):
        rows = rows.to_arrow()
    if isinstance(rows, pa.Table):
        return Given(rows.schema, rows.to_reader)
    if isinstance(rows, pa.RecordBatchReader):
        return Given(rows.schema, _once(rows, where))
    if isinstance(rows, duckdb.DuckDBPyRelation):
        return Given(rows.limit(0).to_arrow_table().schema, rows.to_arrow_reader)
    if _is_dictionaries(rows):
        table = table_of(rows, columns, where)
        return Given(table.schema, table.to_reader)
    raise BatchError(
        f"cannot take rows from a {type(rows).__name__}",
        where=where,
        fix="Give a list of dictionaries, an Arrow table or reader, a Polars frame, a DuckDB "
        "relation, or the Path of a file.",
    )


def _is_dictionaries(rows: Any) -> bool:
    if not isinstance(rows, Sequence) or isinstance(rows, str | bytes):
        return False
    return all(isinstance(row, Mapping) for row in rows)


def _once(reader: pa.RecordBatchReader, where: str) -> Callable[[], pa.RecordBatchReader]:
    """Give a stream out once: a second reading would find nothing and lose all rows."""
    waiting = [reader]

    def take() -> pa.RecordBatchReader:
        if not waiting:
            raise BatchError(
                "the write has to be tried again, but a stream can be read only once",
                where=where,
                fix="Nothing was written: give the rows again, or as a table.",
            )
        return waiting.pop()

    return take


def _refuse_nested(name: str, kind: pa.DataType, where: str) -> None:
    binary = (
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )
    if binary or pa.types.is_nested(kind):
        raise BatchError(
            f"the column {name!r} holds values of type {kind}, which no declared type can take",
            where=where,
            fix="Turn them into text first, nested ones for example into JSON.",
        )

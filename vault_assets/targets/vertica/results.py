"""Results: rows of the server, offered as loads read those of DuckDB."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
import pyarrow as pa

from vault_assets.targets.vertica.wire import Answer

_ARROW = {
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", tz="UTC"),
    "BLOB": pa.binary(),
}


class Rows:
    """The rows of a statement.

    Args:
        answer: What the server gave.
        types: Gives {column: type of the engine}, should a reader want Arrow.
    """

    def __init__(self, answer: Answer, types: Callable[[], Mapping[str, str]] = dict) -> None:
        self.description = [(name,) for name in answer.names]
        self._rows = answer.rows
        self._types = types
        self._place = 0

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows that are left."""
        rest, self._place = self._rows[self._place :], len(self._rows)
        return [tuple(row) for row in rest]

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row; None at the end."""
        if self._place == len(self._rows):
            return None
        self._place += 1
        return tuple(self._rows[self._place - 1])

    def to_arrow_table(self) -> pa.Table:
        """Return the rows as Arrow, with the types that DuckLake would give."""
        names = [name for (name,) in self.description]
        columns = list(zip(*self._rows, strict=True)) or [()] * len(names)
        types = self._types()
        arrays = [
            pa.array(_values(column, types[name]), type=arrow_type(types[name]))
            if name in types
            else pa.array(column)
            for name, column in zip(names, columns, strict=True)
        ]
        return pa.Table.from_arrays(arrays, names=names)

    def to_arrow_reader(self, rows: int = 50_000) -> pa.RecordBatchReader:
        """Return the rows as a reader of batches."""
        table = self.to_arrow_table()
        return pa.RecordBatchReader.from_batches(table.schema, table.to_batches(rows))

    def pl(self, *, lazy: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Return the rows as a Polars frame."""
        frame = pl.DataFrame(self.to_arrow_table())
        return frame.lazy() if lazy else frame


def counted(number: int) -> Rows:
    """Return what DuckDB answers to a statement that changed rows."""
    return Rows(Answer(("Count",), [[number]]))


def nothing() -> Rows:
    """Return what a statement without rows answers."""
    return Rows(Answer((), []))


def arrow_type(kind: str) -> pa.DataType:
    """Return Arrow's type for one of the engine."""
    if kind.startswith("DECIMAL"):
        precision, scale = kind[8:-1].split(",")
        return pa.decimal128(int(precision), int(scale))
    return _ARROW.get(kind, pa.string())


def _values(column: Sequence[Any], kind: str) -> Sequence[Any]:
    return [None if v is None else str(v) for v in column] if kind == "UUID" else column

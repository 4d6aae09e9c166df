"""COPY: rows of the engine as a stream of text that Vertica reads, without touching the disk.

Three control characters divide values and rows and stand for NULL, so that an empty text stays
one, and line ends, quotes and backslashes pass. Values that hold one of them are refused.
"""

import io
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from vault_assets.model.names import quoted
from vault_assets.targets.session import Parameters
from vault_assets.targets.vertica.twin import Column
from vault_assets.targets.vertica.types import is_text

CONTROL = r"[\x1a\x1e\x1f]"
"""Pattern of the characters that no value may hold: NULL, end of a row, end of a value."""

_BATCH = 20_000
_OPTIONS = (
    r"delimiter E'\037' record terminator E'\036' null E'\032' "
    "no escape enforcelength abort on error no commit"
)


def copy_statement(table: str, columns: Sequence[Column]) -> str:
    """Return the COPY of these columns from the client; it commits nothing."""
    names = ", ".join(_read(column) for column in columns)
    return f"copy {table} ({names}) from local stdin {_OPTIONS}"


def _read(column: Column) -> str:
    return f"{quoted(column.name)} format 'hex'" if column.kind == "BLOB" else quoted(column.name)


def row_texts(query: str, columns: Sequence[Column]) -> str:
    """Return the query of one text per row.

    Args:
        query: Gives the columns, by name.
        columns: Names, and the types that they are stored as.
    """
    values = ", chr(31), ".join(_value(column) for column in columns)
    return f"select concat({values}, chr(30)) as line from (\n{query}\n) as r"


def _value(column: Column) -> str:
    value = f"r.{quoted(column.name)}"
    if column.kind == "BLOB":
        return f"coalesce(hex({value}), chr(26))"
    if not is_text(column.kind):
        return f"coalesce(cast(cast({value} as {column.kind}) as varchar), chr(26))"
    return text_value(column, null="chr(26)")


def text_value(column: Column, *, null: str) -> str:
    """Return SQL of a text of the rows `r`; it fails at a text that holds a sign of `CONTROL`.

    Args:
        column: The column.
        null: SQL of what stands for NULL.
    """
    value = f"r.{quoted(column.name)}"
    typed = f"cast(cast({value} as {column.kind}) as varchar)"
    refused = f"column {column.name}: a value holds a control character (0x1A, 0x1E or 0x1F)"
    return (
        f"case when {value} is null then {null} "
        f"when regexp_matches({typed}, '{CONTROL}') then error('{refused}') else {typed} end"
    )


class RowStream(io.RawIOBase):
    """The rows of a query of one text column, as bytes to read; few batches are in memory.

    Args:
        engine: The engine; it can do nothing else until the stream is read.
        query: See `row_texts`.
        parameters: Values bound in the query.
    """

    def __init__(
        self, engine: duckdb.DuckDBPyConnection, query: str, parameters: Parameters = None
    ) -> None:
        super().__init__()
        self.rows = 0
        self._batches = engine.execute(query, parameters).to_arrow_reader(_BATCH)
        self._waiting = memoryview(b"")

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most `size`; none at the end."""
        while not self._waiting:
            batch = next(self._batches, None)
            if batch is None:
                return b""
            self.rows += batch.num_rows
            self._waiting = _octets(batch.column(0))
        size = len(self._waiting) if size < 0 else size
        piece, self._waiting = self._waiting[:size], self._waiting[size:]
        return bytes(piece)


def _octets(texts: Any) -> memoryview:
    """Return the octets of an array of texts, which lie side by side in memory."""
    if not len(texts):
        return memoryview(b"")
    array = texts.cast(pa.large_string())
    offsets = memoryview(array.buffers()[1]).cast("q")
    first, last = offsets[array.offset], offsets[array.offset + len(array)]
    return memoryview(array.buffers()[2])[first:last]

"""Records: a file as a stream of Arrow batches, one row per record, while its quoting is legal.

The record is the unit: a quoted line break does not end it, a wrong number of fields or a byte that
is not UTF-8 spoils no other. The field ends are prepared for the engine, which has no CSV parser
for a column of text but a fast `string_split`: each record ends in a delimiter instead of its line
end, and delimiters inside quotes are replaced by a placeholder.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vault_assets.targets.csv.header import Header
from vault_assets.targets.csv.structure import Positions, structure

CHUNK = 1 << 20
MAX_RECORD = 16 << 20

_SCHEMA = pa.schema(
    [("row_no", pa.int64()), ("text", pa.string()), ("misencoded", pa.bool_())]
)


def placeholder(delimiter: str) -> str:
    """Return the character that stands for a delimiter inside quotes: a control character."""
    return "\x1f" if delimiter != "\x1f" else "\x1e"


class Records:
    """One pass over the records below the header.

    Args:
        path: A text file.
        header: Its header.
        delimiter: One ASCII character.

    After the pass, `count` is the number of records and `blank` that of blank lines between them;
    `legal` is False if the pass stopped early, because a quote stands where none may (or is never
    closed), a record is longer than `MAX_RECORD` bytes, or the placeholder occurs in the file
    together with quotes. The stream never raises for what is in the file.
    """

    def __init__(self, path: Path, header: Header, delimiter: str) -> None:
        self.count = 0
        self.blank = 0
        self.legal = True
        self._path = path
        self._newline = header.newline
        self._offset = header.offset
        self._line = header.line
        self._delimiter = ord(delimiter)
        self._placeholder = ord(placeholder(delimiter))

    def reader(self) -> pa.RecordBatchReader:
        """Return the pass as a stream of (row_no BIGINT, text VARCHAR, misencoded BOOLEAN)."""
        return pa.RecordBatchReader.from_batches(_SCHEMA, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        rest = b""
        with self._path.open("rb") as file:
            file.seek(self._offset)
            while self.legal and len(rest) <= MAX_RECORD:
                chunk = file.read(CHUNK)
                buffer = rest + chunk if chunk else _ended(rest, self._newline)
                if buffer:
                    rest = yield from self._batch(buffer)
                if not chunk:
                    break
        self.legal = self.legal and not rest

    def _batch(self, buffer: bytes) -> Iterator[pa.RecordBatch]:
        """Yield at most one batch; return the bytes of the record that the buffer cuts off."""

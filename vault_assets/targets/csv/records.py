"""Records: a file as a stream of Arrow batches, one row per record, while its quoting is legal.

The record is the unit: a quoted line break does not end it, and neither a wrong number of fields
nor a byte that is not UTF-8 spoils another record. The text is prepared for the engine's
`string_split`: a record ends in a delimiter instead of its line end, and delimiters inside quotes
are replaced by a placeholder.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from vault_assets.targets.csv.header import Header
from vault_assets.targets.csv.strings import strings
from vault_assets.targets.csv.structure import QUOTE, Structure, structure

CHUNK = 1 << 20
MAX_RECORD = 16 << 20

_SCHEMA = pa.schema([("row_no", pa.int64()), ("text", pa.string()), ("misencoded", pa.bool_())])


def placeholder(delimiter: str) -> str:
    """Return the character that stands for a delimiter inside quotes: a control character."""
    return "\x1f" if delimiter != "\x1f" else "\x1e"


class Records:
    """One pass over the records below the header.

    After the pass, `count` is the number of records and `blank` that of blank lines between them;
    `legal` is False if the pass stopped early: a quote stands where none may or is never closed,
    a record is longer than `MAX_RECORD` bytes, or the placeholder occurs beside quotes. The stream
    never raises for what is in the file, which would abort the caller's transaction.

    Args:
        path: A text file.
        header: Its header.
        delimiter: One ASCII character.
    """

    def __init__(self, path: Path, header: Header, delimiter: str) -> None:
        self.count = 0
        self.blank = 0
        self.legal = True
        self._path = path
        self._offset = header.offset
        self._line = header.line
        self._newline = header.newline
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
                buffer = rest + (chunk or bytes([self._newline] if rest else []))
                if buffer:
                    rest = yield from self._batch(buffer)
                if not chunk:
                    break
        self.legal = self.legal and not rest

    def _batch(self, buffer: bytes) -> Generator[pa.RecordBatch, None, bytes]:
        """Yield the records that end in the buffer; return the beginning of the next one."""
        found = structure(buffer, self._newline, self._delimiter)
        if not found.legal or (QUOTE in buffer and self._placeholder in buffer):
            self.legal = False
            return b""
        if len(found.ends):
            yield self._rows(found)
        return found.rest

    def _rows(self, found: Structure) -> pa.RecordBatch:
        data, ends = found.data, found.ends
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1))
        breaks = np.flatnonzero(data == self._newline)
        numbers = self._line + np.searchsorted(breaks, starts)
        self._line += len(breaks)
        data[ends] = self._delimiter
        data[found.quoted] = self._placeholder
        text, misencoded = strings(data, ends + 1)
        columns = [pa.array(numbers), text, pa.array(misencoded)]
        rows = pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)
        filled = ends > starts
        self.count += int(np.count_nonzero(filled))
        self.blank += int(np.count_nonzero(~filled))
        return rows if filled.all() else rows.filter(pa.array(filled))

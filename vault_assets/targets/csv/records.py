"""Records: a file as a stream of Arrow batches, one row per record, while its quoting is legal.

The record is the unit: a quoted line break does not end it, and neither a wrong number of fields
nor a byte that is not UTF-8 spoils another record. The text is prepared for the engine's
`string_split`: a record ends in a delimiter instead of its line end, and two
marks stand for quotes and for delimiters inside them.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from vault_assets.targets.csv.header import Header
from vault_assets.targets.csv.strings import strings
from vault_assets.targets.csv.structure import Marks, Structure, structure

CHUNK = 1 << 20
MAX_RECORD = 16 << 20

_SCHEMA = pa.schema([("row_no", pa.int64()), ("text", pa.string()), ("misencoded", pa.bool_())])


def marks_of(delimiter: str) -> Marks:
    """Return the marks for a file: control characters that have no business in a text file."""
    quote, inside = [mark for mark in (0x1D, 0x1E, 0x1F) if mark != ord(delimiter)][:2]
    return Marks(ord(delimiter), quote, inside)


class Records:
    """One pass over the records below the header.

    After the pass, `count` is the number of records and `blank` that of blank lines between them;
    `legal` is False if the pass stopped early: a quote stands where none may or is never closed,
    a record is longer than `MAX_RECORD` bytes, or one of the marks occurs in the file. The stream
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
        self._marks = marks_of(delimiter)

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
        found = structure(buffer, self._newline, self._marks)
        marked = self._marks.quote in buffer or self._marks.inside in buffer
        self.legal = found.legal and not marked
        if self.legal and len(found.stops):
            yield self._rows(found)
        return found.rest

    def _rows(self, found: Structure) -> pa.RecordBatch:
        starts = np.concatenate((np.zeros(1, np.int64), found.stops[:-1]))
        whole_lines = len(found.breaks) == len(found.stops)
        lines = (
            np.arange(len(starts))
            if whole_lines
            else np.searchsorted(found.breaks, starts, "right")
        )
        text, misencoded = strings(found.text, found.stops)
        columns = [pa.array(self._line + lines), text, pa.array(misencoded)]
        rows = pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)
        self._line += len(found.breaks)
        filled = found.stops - starts > 1
        self.count += int(np.count_nonzero(filled))
        self.blank += int(np.count_nonzero(~filled))
        return rows if filled.all() else rows.filter(pa.array(filled))

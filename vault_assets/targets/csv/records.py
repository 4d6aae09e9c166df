"""Records: a file as a stream of Arrow batches, one row per record, while its quoting is legal.

The record is the unit: a quoted line break does not end it, and neither a wrong number of fields
nor a byte that is not UTF-8 spoils another record. The text is prepared for the engine's
`string_split`: a separator that the file does not contain stands for
every delimiter outside of quotes and for the end of the record.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from vault_assets.targets.csv.flow import Flow
from vault_assets.targets.csv.header import Header
from vault_assets.targets.csv.strings import strings
from vault_assets.targets.csv.structure import Structure, structure

CHUNK = 1 << 20
MAX_RECORD = 16 << 20

_SCHEMA = pa.schema([("row_no", pa.int64()), ("text", pa.string()), ("misencoded", pa.bool_())])


def separators(delimiter: str) -> list[str]:
    """Return characters that may end fields in the stream: hardly a text file contains one."""
    return [mark for mark in "\x1f\x1e\x1d\x1c\x01\x02" if mark != delimiter]


class Records:
    """One pass over the records below the header.

    After the pass, `count` is the number of records and `blank` that of blank lines between them.
    `legal` is False if the pass stopped early because a quote stands where none may or is never
    closed, or a record is longer than `MAX_RECORD` bytes; `collided` is True if it did because the
    file contains the separator. The stream itself never raises for what is in the file: that would
    abort the caller's transaction.

    Args:
        path: A text file.
        header: Its header.
        delimiter: One ASCII character.
        separator: Another one.
    """

    def __init__(self, path: Path, header: Header, delimiter: str, separator: str) -> None:
        self.count = 0
        self.blank = 0
        self.legal = True
        self.collided = False
        self._path = path
        self._offset = header.offset
        self._line = header.line
        self._newline = header.newline
        self._delimiter = ord(delimiter)
        self._separator = ord(separator)
        self._flow = Flow()

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
                if self._separator in chunk:
                    self.collided = True
                    return
                if buffer:
                    rest = yield from self._batch(buffer)
                if not chunk:
                    break
        self.legal = self.legal and not rest

    def _batch(self, buffer: bytes) -> Generator[pa.RecordBatch, None, bytes]:
        """Yield the records that end in the buffer; return the beginning of the next one."""
        found = structure(buffer, self._newline, self._delimiter, self._separator)
        self.legal = found.legal
        if found.legal and len(found.stops):
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
        filled = found.stops - starts > 1
        numbers = (self._line + lines)[filled]
        text, misencoded = strings(found.text, found.stops)
        self._line += len(found.breaks)
        self.count += len(numbers)
        self.blank += len(filled) - len(numbers)
        self._flow.admit(numbers)
        kept = text if filled.all() else text.filter(pa.array(filled))
        columns = [pa.array(numbers), kept, pa.array(misencoded[filled])]
        return pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)

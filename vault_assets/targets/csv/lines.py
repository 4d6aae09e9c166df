"""Lines: a file as a stream of Arrow batches, one row per physical line, whatever is in it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from vault_assets.targets.csv.flow import Flow
from vault_assets.targets.csv.header import CR, Header
from vault_assets.targets.csv.records import CHUNK, MAX_RECORD
from vault_assets.targets.csv.strings import strings
from vault_assets.targets.csv.structure import Bytes, Mask, Positions

_KEPT = 64 << 10
_SCHEMA = pa.schema(
    [
        ("row_no", pa.int64()),
        ("position", pa.int64()),
        ("text", pa.string()),
        ("misencoded", pa.bool_()),
        ("overlong", pa.bool_()),
    ]
)
_NONE = np.empty(0, np.int64)


class Lines:
    """One pass over the lines below the header, some of them joined with the next.

    After the pass, `count` is the number of rows and `blank` that of blank lines, which are none.

    Args:
        path: A text file.
        header: Its header.
        joined: Numbers of the lines whose record goes on in the next line, ascending.
        shift: Added to the number of every row, to tell files in one stream apart.
    """

    def __init__(
        self, path: Path, header: Header, joined: Positions = _NONE, *, shift: int = 0
    ) -> None:
        self.count = 0
        self.blank = 0
        self._shift = shift
        self._path = path
        self._newline = header.newline
        self._line = header.line
        self._position = header.offset
        self._joined = joined
        self._flow = Flow()

    def reader(self) -> pa.RecordBatchReader:
        """Return the pass as a stream.

        Columns: row_no (number of the first line, plus `shift`; the file's first line is 1),
        position (byte at which it begins), text (with the bytes that end lines), misencoded (some
        bytes are not UTF-8), overlong (a line of more than `MAX_RECORD` bytes; only its beginning
        is kept).
        """
        return pa.RecordBatchReader.from_batches(_SCHEMA, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        rest = b""
        for block, length in self._blocks():
            buffer = rest + block if rest else block
            data = np.frombuffer(buffer, np.uint8)
            breaks = np.flatnonzero(data == self._newline) + 1
            stops = breaks[~self._is_joined(self._line + np.arange(len(breaks)))]
            cut = int(stops[-1]) if len(stops) else 0
            rest = buffer[cut:]
            if cut:
                yield self._rows(data[:cut], stops, breaks, overlong=length > 0)
                self._position += length or cut

    def _rows(
        self, data: np.ndarray, stops: Positions, breaks: Positions, *, overlong: bool
    ) -> pa.RecordBatch:
        starts = np.concatenate((np.zeros(1, np.int64), stops[:-1]))
        lines = self._line + np.searchsorted(breaks, starts, "right")
        filled = _filled(data, starts, stops, self._newline)
        numbers = lines[filled] + self._shift
        text, misencoded = strings(data, stops)
        self._line += int(np.searchsorted(breaks, stops[-1], "right"))
        self.count += len(numbers)
        self.blank += len(filled) - len(numbers)
        self._flow.admit(numbers)
        columns = [
            pa.array(numbers),
            pa.array((self._position + starts)[filled]),
            text if filled.all() else text.filter(pa.array(filled)),
            pa.array(misencoded[filled]),
            pa.array(np.full(len(numbers), overlong)),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)

    def _is_joined(self, lines: Positions) -> np.ndarray:
        places = np.searchsorted(self._joined, lines)
        found = np.zeros(len(lines), np.bool_)
        inside = places < len(self._joined)
        found[inside] = self._joined[places[inside]] == lines[inside]
        return found

    def _blocks(self) -> Iterator[tuple[bytes, int]]:
        """Yield whole lines and 0, or the beginning of one overlong line and its length."""
        end = bytes([self._newline])
        rest, skipped = b"", 0
        with self._path.open("rb") as file:
            file.seek(self._position)
            while chunk := file.read(CHUNK):
                if skipped:
                    first = chunk.find(end) + 1
                    skipped += first or len(chunk)
                    if not first:
                        continue
                    yield rest + end, skipped
                    rest, chunk, skipped = b"", chunk[first:], 0
                cut = chunk.rfind(end) + 1
                if cut:
                    yield b"".join((rest, memoryview(chunk)[:cut])), 0
                rest = chunk[cut:] if cut else rest + chunk
                if len(rest) > MAX_RECORD:
                    rest, skipped = rest[:_KEPT], len(rest)
        if rest:
            yield rest + end, skipped


def _filled(data: Bytes, starts: Positions, stops: Positions, newline: int) -> Mask:
    """Return which lines have a byte that ends no line."""
    first = data[starts]
    filled = (first != newline) & (first != CR)
    # A line that begins otherwise has nothing, unless more than CRLF is left of it.
    if (~filled & (stops - starts > len(b"\r\n"))).any():
        return np.add.reduceat((data != newline) & (data != CR), starts, dtype=np.int64) > 0
    return filled

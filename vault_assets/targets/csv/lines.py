"""Lines: a file as a stream of Arrow batches, one row per physical line, whatever is in it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from vault_assets.targets.csv.header import Header
from vault_assets.targets.csv.records import CHUNK, MAX_RECORD
from vault_assets.targets.csv.strings import strings

_KEPT = 64 << 10
_SCHEMA = pa.schema(
    [
        ("line_no", pa.int64()),
        ("position", pa.int64()),
        ("text", pa.string()),
        ("misencoded", pa.bool_()),
        ("overlong", pa.bool_()),
    ]
)


def read_lines(path: Path, header: Header) -> pa.RecordBatchReader:
    """Return the lines below the header, blank ones too, as a stream.

    Columns: line_no (the file's first line is 1), position (byte at which the line begins), text
    (with the byte that ends the line), misencoded (it has bytes that are not UTF-8), overlong (it
    has more than `MAX_RECORD` bytes; only its beginning is kept).
    """
    return pa.RecordBatchReader.from_batches(_SCHEMA, _batches(path, header))


def _batches(path: Path, header: Header) -> Iterator[pa.RecordBatch]:
    line, position = header.line, header.offset
    for block, overlong in _blocks(path, header):
        data = np.frombuffer(block, np.uint8)
        stops = np.array([len(data)]) if overlong else np.flatnonzero(data == header.newline) + 1
        text, misencoded = strings(data, stops)
        positions = np.concatenate((np.array([position]), position + stops[:-1]))
        columns = [np.arange(line, line + len(stops)), positions, text, misencoded]
        columns.append(np.full(len(stops), overlong > 0))
        yield pa.RecordBatch.from_arrays(list(map(pa.array, columns)), schema=_SCHEMA)
        line += len(stops)
        position += overlong or len(data)


def _blocks(path: Path, header: Header) -> Iterator[tuple[bytes, int]]:
    """Yield whole lines, many at once, or the beginning of an overlong line and its length."""
    end = bytes([header.newline])
    rest, skipped = b"", 0
    with path.open("rb") as file:
        file.seek(header.offset)
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
                yield rest + chunk[:cut], 0
            rest = chunk[cut:] if cut else rest + chunk
            if len(rest) > MAX_RECORD:
                rest, skipped = rest[:_KEPT], len(rest)
    if rest:
        yield rest + end, skipped

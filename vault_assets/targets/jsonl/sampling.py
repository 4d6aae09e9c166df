"""Sampling: which keys the objects of a file have beside the declared ones."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from vault_assets.targets.csv.header import SourceColumn
from vault_assets.targets.csv.scratch import Scratch

_FIRST = 1000
_LATER = 32
_BYTES = 16 << 20
# Objects whose keys are data, such as ids, would name one per line.
_NAMES = 100


class Sample:
    """Lines of a stream: the first of the file, and some of every piece that follows."""

    def __init__(self) -> None:
        self.lines: list[pa.Array] = []
        self._bytes = 0

    def watched(self, reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
        """Return the same stream of `Lines`, sampled while it is read."""
        return pa.RecordBatchReader.from_batches(reader.schema, self._batches(reader))

    def _batches(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in reader:
            if self._bytes < _BYTES and batch.num_rows:
                number = min(batch.num_rows, _LATER if self.lines else _FIRST)
                # A copy: a slice would keep the whole piece in memory.
                lines = batch.column("text").take(pa.array(np.arange(number)))
                self._bytes += lines.nbytes
                self.lines.append(lines)
            yield batch


def unknown_keys(
    scratch: Scratch, sample: Sample, columns: Mapping[str, SourceColumn]
) -> tuple[str, ...]:
    """Return the keys in a sample that no column is read from, sorted; at most 100."""
    if not sample.lines:
        return ()
    known = {(declared.steps or (name,))[0] for name, declared in columns.items()}
    table = pa.table({"text": pa.chunked_array(sample.lines)})
    # The keys of an object only: of other values the engine has none, of broken ones an error.
    keys = f"""
select distinct unnest(case when json_valid(text) then json_keys(text) end) as name
from {scratch.stream}"""
    scratch.fill("keys", keys, table.to_reader())
    rows = scratch.con.execute(f"select name from {scratch.name('keys')} order by name").fetchall()
    scratch.drop("keys")
    return tuple(name for (name,) in rows if name not in known)[:_NAMES]

"""Sampling: which keys the objects of a file have beside the declared ones."""

from collections.abc import Iterator, Mapping, Sequence

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
    scratch: Scratch, samples: Sequence[Sample], columns: Mapping[str, SourceColumn]
) -> list[tuple[str, ...]]:
    """Return for each sample the keys that no column is read from, sorted; at most 100."""
    known = {(declared.steps or (name,))[0] for name, declared in columns.items()}
    lines = [(place, chunk) for place, sample in enumerate(samples) for chunk in sample.lines]
    found: list[list[str]] = [[] for _ in samples]
    if not lines:
        return [() for _ in samples]
    table = pa.table(
        {
            "place": np.concatenate([np.full(len(chunk), place) for place, chunk in lines]),
            "text": pa.chunked_array([chunk for _, chunk in lines]),
        }
    )
    # The keys of an object only: of other values the engine has none, of broken ones an error.
    keys = f"""
select distinct place, unnest(case when json_valid(text) then json_keys(text) end) as name
from {scratch.stream}"""
    scratch.fill("keys", keys, table.to_reader())
    rows = scratch.con.execute(
        f"select place, name from {scratch.name('keys')} order by name"
    ).fetchall()
    scratch.drop("keys")
    for place, name in rows:
        if name not in known and len(found[place]) < _NAMES:
            found[place].append(name)
    return [tuple(names) for names in found]

"""Together: several small files of JSON lines in one pass, each with its own lines and counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from vault_assets.errors import TargetError
from vault_assets.sql.registry import PART
from vault_assets.targets.csv.division import CELLS, divide
from vault_assets.targets.csv.header import Refusal, SourceColumn, text_start
from vault_assets.targets.csv.lines import Lines
from vault_assets.targets.csv.scratch import Scratch
from vault_assets.targets.csv.spool import utf16_of
from vault_assets.targets.jsonl.cells import judged, split_lines
from vault_assets.targets.jsonl.doubt import doubted
from vault_assets.targets.jsonl.sampling import Sample, unknown_keys


@dataclass(frozen=True)
class FileCounts:
    """What is in one of the files, as in `FileResult`: `records` = `loaded` + `rejected`."""

    records: int
    loaded: int
    rejected: int
    unknown_columns: tuple[str, ...]
    refusal: Refusal | None = None
    header: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilesResult:
    """What is in several files. Use it as a context manager: its end drops the temp table behind.

    Args:
        rows: As in `FileResult`, but the rows of the file at position p have the numbers
            p * `PART` + line.
        quarantined: As in `FileResult`, numbered likewise.
        files: What is in each.
        scratch: The temp tables behind it.
    """

    rows: str
    quarantined: str
    files: tuple[FileCounts, ...]
    scratch: Scratch

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.scratch.drop()


def is_joinable(path: Path) -> bool:
    """Return whether a file can be read together with others: it is not in another encoding."""
    return utf16_of(path) is None


def read_together(
    con: duckdb.DuckDBPyConnection, paths: Sequence[Path], columns: Mapping[str, SourceColumn]
) -> FilesResult:
    """Read files into typed rows and quarantined lines, exactly as `read_jsonl` reads each.

    Args:
        con: As in `read_jsonl`.
        paths: Texts as returned by `spool`, all of them `is_joinable`.
        columns: The declared columns by name, in declared order.

    Raises:
        TargetError: The engine returned another number of lines than the files have.
    """
    scratch = Scratch(con)
    try:
        return _read(scratch, paths, columns)
    except BaseException:
        scratch.drop()
        raise


def _read(
    scratch: Scratch, paths: Sequence[Path], columns: Mapping[str, SourceColumn]
) -> FilesResult:
    files = [Lines(path, text_start(path), shift=place * PART) for place, path in enumerate(paths)]
    samples = [Sample() for _ in files]
    readers = [sample.watched(lines.reader()) for sample, lines in zip(samples, files, strict=True)]
    select = judged(split_lines(scratch.stream), columns)
    scratch.fill(CELLS, select, doubted(_chained(readers)))
    found = divide(scratch, columns)
    counted = sum(lines.count for lines in files)
    if found.records != counted:
        raise TargetError(
            f"{len(files)} files have {counted} lines, but the engine returned {found.records}",
            where=paths[0].name,
        )
    rejected = dict(
        scratch.con.execute(
            f"select row_no // {PART}, count(*) from {found.quarantined} group by all"
        ).fetchall()
    )
    unknown = unknown_keys(scratch, samples, columns)
    counts = [
        FileCounts(lines.count, lines.count - refused, refused, unknown[place])
        for place, lines in enumerate(files)
        for refused in [rejected.get(place, 0)]
    ]
    return FilesResult(found.rows, found.quarantined, tuple(counts), scratch)


def _chained(readers: Sequence[pa.RecordBatchReader]) -> pa.RecordBatchReader:
    def batches() -> Iterator[pa.RecordBatch]:
        for reader in readers:
            yield from reader

    return pa.RecordBatchReader.from_batches(readers[0].schema, batches())

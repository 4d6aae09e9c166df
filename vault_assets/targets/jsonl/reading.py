"""Reading: one file of JSON lines into typed rows and quarantined lines."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from vault_assets.errors import TargetError
from vault_assets.targets.csv.cells import refused
from vault_assets.targets.csv.division import CELLS, divide
from vault_assets.targets.csv.header import Refusal, SourceColumn, text_start
from vault_assets.targets.csv.lines import Lines
from vault_assets.targets.csv.scratch import Scratch
from vault_assets.targets.csv.spool import as_utf8, utf16_of
from vault_assets.targets.jsonl.cells import judged, split_lines
from vault_assets.targets.jsonl.doubt import doubted
from vault_assets.targets.jsonl.sampling import Sample, unknown_keys
from vault_assets.targets.result import FileResult


def read_jsonl(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    columns: Mapping[str, SourceColumn],
    *,
    work_dir: Path,
) -> FileResult:
    """Read a file of one JSON object per line into typed rows and quarantined lines.

    UTF-8 with or without byte order mark; lines end in LF or CRLF, also mixed (or all in CR); blank
    lines are counted apart. A column's value is found by its `steps`, or by its name: a key that is
    missing or null is NULL, of a key that occurs twice the first value counts (the engine's rule).
    A value's text is read like that of a CSV cell, numbers exactly as they are written; nested
    values are JSON text. Empty text is NULL only where `empty_as_null` is set. `optional` columns
    may be missing in any object. As the engine does, NaN, Infinity and a comma before a closing
    bracket are taken for JSON.

    Nothing in the file makes this raise. Each line is materialised once, in a temp table of `con`;
    its transaction, if one is open, neither ends nor fails. Python holds one piece of the file at a
    time (about 1 MB, or one line of at most 16 MB) and a sample of at most 16 MB, in which keys
    that are not declared are found.

    Args:
        con: The connection; other databases may be attached, or be the current one.
        path: The file's text, as returned by `spool`.
        columns: The declared columns by name, in declared order.
        work_dir: Folder for the readable copy of a file that is not in UTF-8 at all.

    Raises:
        TargetError: The engine returned another number of lines than the file has.
    """
    scratch = Scratch(con)
    try:
        return _read(scratch, path, columns, work_dir)
    except BaseException:
        scratch.drop()
        raise


def _read(
    scratch: Scratch, path: Path, columns: Mapping[str, SourceColumn], work_dir: Path
) -> FileResult:
    codec = utf16_of(path)
    text = path if codec is None else as_utf8(path, codec, work_dir)
    refusal = codec and Refusal("encoding", None, f"the file is in {codec}: save it as UTF-8")
    split = split_lines(scratch.stream)
    select = refused(split, columns, refusal) if refusal else judged(split, columns)
    lines, sample = Lines(text, text_start(text)), Sample()
    scratch.fill(CELLS, select, doubted(sample.watched(lines.reader())))
    found = divide(scratch, columns)
    if found.records != lines.count:
        raise TargetError(
            f"the file has {lines.count} lines, but the engine returned {found.records}",
            where=path.name,
        )
    return FileResult(
        rows=found.rows,
        quarantined=found.quarantined,
        records=lines.count,
        loaded=lines.count - found.rejected,
        rejected=found.rejected,
        blank=lines.blank,
        unknown_columns=() if refusal else unknown_keys(scratch, [sample], columns)[0],
        missing_optional=(),
        refusal=refusal or None,
        repaired=False,
        scratch=scratch,
    )

"""Files: read a landed file in the format that its source declares."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from vault_assets.model.sources import Source
from vault_assets.targets.csv import read_csv
from vault_assets.targets.csv.header import SourceColumn
from vault_assets.targets.jsonl import read_jsonl
from vault_assets.targets.result import FileResult


def read_file(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    source: Source,
    *,
    columns: Mapping[str, SourceColumn] | None = None,
    work_dir: Path,
) -> FileResult:
    """Read a file into typed rows and quarantined records; see `read_csv` and `read_jsonl`.

    Args:
        con: The connection.
        path: The file's text, as returned by `spool`.
        source: The declaration.
        columns: What to read of it; default: the source's columns.
        work_dir: Folder for a readable copy.
    """
    columns = source.columns if columns is None else columns
    if source.file_format == "jsonl":
        return read_jsonl(con, path, columns, work_dir=work_dir)
    return read_csv(con, path, columns, delimiter=source.delimiter, work_dir=work_dir)

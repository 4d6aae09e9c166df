"""A reader of bytes: what a file of these bytes becomes, and whether its lines reconcile."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from vault_assets.model.sources import Column
from vault_assets.targets.csv import read_csv, spool
from vault_assets.targets.jsonl import read_jsonl
from vault_assets.targets.result import FileResult

_engine: list[duckdb.DuckDBPyConnection] = []


@dataclass(frozen=True)
class Seen:
    """What was read: the result, its rows and its quarantine, in file order."""

    result: FileResult
    rows: list[tuple[Any, ...]]
    quarantined: list[tuple[Any, ...]]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(row_no, reason) for row_no, _, reason, *_ in self.quarantined]

    @property
    def values(self) -> list[tuple[Any, ...]]:
        return [row[1:] for row in self.rows]


def columns(**declared: Any) -> dict[str, Column]:
    """Declare columns: a type, with a trailing `!` not nullable, or a mapping."""
    return {
        name: Column.model_validate(
            what
            if isinstance(what, dict)
            else {"type": what.rstrip("!"), "nullable": "!" not in what}
        )
        for name, what in declared.items()
    }


PEOPLE = columns(id="integer!", name="text(10)", n="integer")


def read(data: bytes, declared: Mapping[str, Column] = PEOPLE, *, csv: bool = False) -> Seen:
    """Read a file of these bytes."""
    if not _engine:
        _engine.append(duckdb.connect(config={"threads": 2}))
    con = _engine[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "object").write_bytes(data)
        reader = read_csv if csv else read_jsonl
        with reader(con, spool(folder / "object", folder), declared, work_dir=folder) as result:
            rows = con.execute(f"select * from {result.rows} order by row_no").fetchall()
            bad = con.execute(f"select * from {result.quarantined} order by row_no").fetchall()
    assert (len(rows), len(bad)) == (result.loaded, result.rejected)
    assert result.records == len(rows) + len(bad)
    return Seen(result, rows, bad)

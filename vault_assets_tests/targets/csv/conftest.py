"""A reader of bytes: what a file of these bytes becomes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from vault_assets.model.sources import Column
from vault_assets.targets.csv import read_csv, spool
from vault_assets.targets.result import FileResult


@dataclass(frozen=True)
class Seen:
    """What was read: the result and its rows, in file order."""

    result: FileResult
    rows: list[tuple[Any, ...]]
    quarantined: list[tuple[Any, ...]]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(row_no, reason) for row_no, _, reason, *_ in self.quarantined]


Read = Callable[..., Seen]


def columns(**types: str) -> dict[str, Column]:
    """Declare columns; a trailing `!` is not nullable, a trailing `?` is optional."""
    return {
        name: Column.model_validate(
            {"type": text.rstrip("!?"), "nullable": "!" not in text, "optional": "?" in text}
        )
        for name, text in types.items()
    }


PEOPLE = columns(id="integer!", name="text(10)", n="integer")


@pytest.fixture(scope="session")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as connection:
        yield connection


@pytest.fixture(scope="session")
def read(con: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Read:
    folder = tmp_path_factory.mktemp("csv")

    def reader(
        data: bytes, declared: Mapping[str, Column] = PEOPLE, *, delimiter: str = ","
    ) -> Seen:
        path = Path(folder) / "object"
        path.write_bytes(data)
        text = spool(path, folder)
        with read_csv(con, text, declared, delimiter=delimiter, work_dir=folder) as result:
            rows = con.execute(f"select * from {result.rows} order by row_no").fetchall()
            bad = con.execute(f"select * from {result.quarantined} order by row_no").fetchall()
        assert (len(rows), len(bad)) == (result.loaded, result.rejected)
        assert result.records == len(rows) + len(bad)
        return Seen(result, rows, bad)

    return reader

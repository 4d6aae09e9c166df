"""Lakes for tests: in memory, many in one engine; or real ones with a catalog in a file."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake
from vault_assets.targets.memory import MemoryLake

_numbers = itertools.count()
_engine: list[duckdb.DuckDBPyConnection] = []


@contextmanager
def memory_lake() -> Iterator[MemoryLake]:
    """Give an empty lake in memory."""
    if not _engine:
        # One thread: tiny tables, and tests that run side by side.
        connection = duckdb.connect(config={"threads": 1})
        connection.execute("set timezone = 'UTC'; set preserve_insertion_order = true")
        _engine.append(connection)
    with MemoryLake(f"lake_{next(_numbers)}", connection=_engine[0]) as lake:
        yield lake
        for table in ("pending", "affected", "decided", "outcomes", "resolved", "landed_rows"):
            lake.connection().execute(f"drop table if exists temp.{table}")


def file_lake(folder: Path) -> DuckLake:
    """Return a real lake with a file catalog below `folder`."""
    settings = Settings.model_construct(
        catalog=str(folder / "lake.ducklake"),
        data=str(folder / "data"),
        home=folder / "home",
        memory_limit="1GB",
    )
    return DuckLake("test", settings)

"""A lake in memory: DuckLake's transactions over a plain DuckDB database."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake

_numbers = itertools.count()
_engine: list[duckdb.DuckDBPyConnection] = []


class MemoryLake(DuckLake):
    """A lake that lives in a database of its own within one shared engine, and is gone with it."""

    def __init__(self, engine: duckdb.DuckDBPyConnection) -> None:
        super().__init__(f"lake_{next(_numbers)}", Settings.model_construct())
        engine.execute(f"attach ':memory:' as {self.warehouse}; use {self.warehouse}")
        self._connection = engine

    def drop(self) -> None:
        """Forget everything."""
        assert self._connection is not None
        for table in ("pending", "affected", "decided", "outcomes", "landed_rows"):
            self._connection.execute(f"drop table if exists temp.{table}")
        self._connection.execute(f"use memory; detach {self.warehouse}")
        self._connection = None


@contextmanager
def memory_lake() -> Iterator[MemoryLake]:
    """Give an empty lake in memory."""
    if not _engine:
        # One thread: tiny tables, and tests that run side by side.
        connection = duckdb.connect(config={"threads": 1})
        connection.execute("set timezone = 'UTC'; set preserve_insertion_order = true")
        _engine.append(connection)
    lake = MemoryLake(_engine[0])
    try:
        yield lake
    finally:
        lake.drop()


def file_lake(folder: Path) -> DuckLake:
    """Return a real lake with a file catalog below `folder`."""
    settings = Settings.model_construct(
        catalog=str(folder / "lake.ducklake"),
        data=str(folder / "data"),
        home=folder / "home",
        memory_limit="1GB",
    )
    return DuckLake("test", settings)

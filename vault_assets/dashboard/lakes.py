"""Reading a lake for one run of a page: one snapshot, then the lake is let go.

A page holds a lake only while it runs, so that loads can open a catalog in a file between two
runs. Engines stay warm, since loading their extensions takes most of a second.
"""

import datetime as dt
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

import duckdb
import pandas as pd
import streamlit as st

from vault_assets.errors import SettingsError
from vault_assets.local.resolve import resolved
from vault_assets.model.names import quoted
from vault_assets.settings import Settings
from vault_assets.sql.templates import read_sql
from vault_assets.targets.ducklake import DuckLake
from vault_assets.targets.engine import engine

_IDLE: LifoQueue[duckdb.DuckDBPyConnection] = LifoQueue()
_REMEMBERED = 500
_SECONDS = 600


@dataclass(frozen=True)
class Reader:
    """Reads one snapshot of a lake.

    Args:
        warehouse: Name of the warehouse.
        place: Where its lake is; answers of two lakes are never mixed.
        snapshot: The snapshot that is read.
        changed_at: When it was made.
        connection: Inside a transaction, with the lake as current database.
    """

    warehouse: str
    place: tuple[str, ...]
    snapshot: int
    changed_at: dt.datetime
    connection: duckdb.DuckDBPyConnection

    def frame(self, query: str, /, **values: Any) -> pd.DataFrame:
        """Return the rows of `sql/dashboard/<query>.sql`; remembered while the snapshot is new.

        Args:
            query: Folder and name, such as `social/conversion`.
            values: By name; those that the query does not name are left out.

        Raises:
            duckdb.Error: The mart is missing, or the lake does not answer.
        """
        sql = read_sql(f"dashboard/{query}.sql")
        lake = (*self.place, self.warehouse, self.snapshot)
        return _answer(self.connection, lake, sql, _named(self.connection, sql, values))

    def files_read(self, query: str, /, **values: Any) -> int:
        """Return how many data files a query reads, those of other partitions left out."""
        sql = f"explain analyze {read_sql(f'dashboard/{query}.sql')}"
        lake = (*self.place, self.warehouse, self.snapshot)
        plan = _answer(self.connection, lake, sql, _named(self.connection, sql, values))
        return sum(map(int, re.findall(r"Total Files Read:\s*(\d+)", plan.to_string())))

    def row(self, query: str, /, **values: Any) -> dict[str, Any]:
        """Return the only row of a query; what is NULL is None."""
        found = self.frame(query, **values).astype(object)
        (row,) = found.where(found.notna(), None).to_dict("records")
        return {str(name): value for name, value in row.items()}


@contextmanager
def reading(warehouse: str) -> Iterator[Reader]:
    """Open a lake for the block, read-only, at its newest snapshot.

    Raises:
        SettingsError: It is not known where lakes are.
        LockedCatalogError: The lake is a file, and a load has it open.
        TargetError: There is no such lake, or it cannot be reached.
    """
    settings = resolved()
    if settings.target != "ducklake":
        raise SettingsError(
            f"the dashboard reads DuckLake, and the target is {settings.target}",
            fix="Connect the tool of your choice to the marts on Vertica.",
        )
    connection = _warm_engine(settings)
    try:
        DuckLake(warehouse, settings, read_only=True).attach_to(connection)
        connection.execute("begin")
        yield _reader(warehouse, settings, connection)
        connection.execute("rollback")
        connection.execute(f"use memory; detach {quoted(warehouse)}")
    except BaseException:  # a page is also left by Streamlit's own exceptions
        with suppress(duckdb.Error):
            connection.close()
        raise
    _IDLE.put(connection)


def _warm_engine(settings: Settings) -> duckdb.DuckDBPyConnection:
    try:
        return _IDLE.get_nowait()
    except Empty:
        return engine(settings, Path(tempfile.gettempdir()))


def _reader(warehouse: str, settings: Settings, connection: duckdb.DuckDBPyConnection) -> Reader:
    sql = read_sql("dashboard/overview/snapshot.sql")
    ((snapshot, changed_at),) = connection.execute(sql).fetchall()
    place = (settings.catalog, settings.data)
    return Reader(warehouse, place, snapshot, changed_at.astimezone(dt.UTC), connection)


def _named(
    connection: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    (statement,) = connection.extract_statements(sql)
    return {name: values[name] for name in statement.named_parameters}


@st.cache_data(max_entries=_REMEMBERED, ttl=_SECONDS, show_spinner=False)
def _answer(
    _connection: duckdb.DuckDBPyConnection,
    lake: tuple[Any, ...],
    sql: str,
    values: Mapping[str, Any],
) -> pd.DataFrame:
    del lake  # part of what an answer is remembered by
    return _connection.execute(sql, dict(values)).df()

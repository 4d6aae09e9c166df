"""Dagster's SQLite storage with connections that stay open: the same files, half the work.

Dagster opens its databases anew for every statement: it makes an engine, compiles the statement
without a cache and waits for the disk when it closes the file. A run of 28 assets with their
checks writes 400 events. What this leans on in Dagster is not public, hence pinned by
`vault_assets_tests/orchestration/test_storage.py`; without its lines in `dagster.yaml`, Dagster's
own classes go on with the same files.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy
import sqlalchemy.event
from dagster._config import UserConfigSchema
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

from vault_assets.settings import Settings

_MOST_OPEN = 8
_BUSY_SECONDS = 30


class _Engines:
    """Engines of SQLite files, of which the latest used stay open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[str, sqlalchemy.Engine] = OrderedDict()

    @contextmanager
    def transaction(self, url: str) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection in a transaction."""
        with self._of(url).begin() as connection:
            yield connection

    def _of(self, url: str) -> sqlalchemy.Engine:
        # Nothing below logs: a thread that logs waits for Dagster's handlers, which store events.
        with self._lock:
            if url not in self._open:
                self._open[url] = _engine(url)
            self._open.move_to_end(url)
            found = self._open[url]
            surplus = range(len(self._open) - _MOST_OPEN)
            old = [self._open.popitem(last=False)[1] for _ in surplus]
        for engine in old:
            engine.dispose()
        return found

    def close(self) -> None:
        """Close all files."""
        with self._lock:
            engines = list(self._open.values())
            self._open.clear()
        for engine in engines:
            engine.dispose()


def _engine(url: str) -> sqlalchemy.Engine:
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @sqlalchemy.event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        # With a write-ahead log this survives a killed process; a power cut may lose the last
        # events, but never harms the file.
        connection.execute("pragma synchronous = normal")

    return engine


class OpenRunStorage(SqliteRunStorage):
    """Run storage whose file stays open."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = _Engines()
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection in a transaction."""
        with self._engines.transaction(self._conn_string) as connection:
            yield connection

    def dispose(self) -> None:
        """Close the file."""
        self._engines.close()


class OpenEventLogStorage(SqliteEventLogStorage):
    """Event log storage whose index and latest run files stay open."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = _Engines()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        if shard not in self._initialized_dbs:
            with super()._connect(shard):
                pass  # creates the tables
        with self._engines.transaction(self.conn_string_for_shard(shard)) as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Return whether the index has a table; Dagster asks before it stores any check."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Store an event, and tell those who watch the run's file."""
        super().store_event(event)
        # The UI watches this file, which SQLite leaves alone until the log beside it is full.
        with suppress(FileNotFoundError):
            os.utime(self.path_for_shard(event.run_id))

    def wipe(self) -> None:
        """Remove all events."""
        self._engines.close()
        super().wipe()

    def dispose(self) -> None:
        """Close the files."""
        self._engines.close()
        super().dispose()


class OpenSqliteStorage(DagsterSqliteStorage):
    """Storage of runs, events and ticks in SQLite; for `storage: custom:` in `dagster.yaml`.

    Args:
        base_dir: The folder; default: `DAGSTER_HOME`, else `dagster` below the settings' home.
        inst_data: What Dagster passes on.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._run_storage = OpenRunStorage.from_local(str(Path(base_dir) / "history"))
        self._event_log_storage = OpenEventLogStorage(str(Path(base_dir) / "history" / "runs"))

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """Return the schema of the configuration."""
        return {"base_dir": dg.Field(dg.StringSource, is_required=False)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "OpenSqliteStorage":
        """Return the storage that `dagster.yaml` describes."""
        folder = os.environ.get("DAGSTER_HOME") or str(Settings().home.resolve() / "dagster")
        return cls(config_value.get("base_dir", folder), inst_data)

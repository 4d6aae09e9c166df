"""Dagster's SQLite storage with connections that stay open: the same files, half the work.

Dagster opens its databases anew for every statement: it makes an engine, compiles the statement
without a cache and waits for the disk when it closes the file. A run of 28 assets with their
checks writes 400 events, each into two files and three tables. Here an event, and what a run plans
as a whole, is one transaction per file, and the file of a new run is a copy.

What this leans on in Dagster is not public, hence pinned by
`vault_assets_tests/orchestration/test_storage.py`; without its lines in `dagster.yaml`, Dagster's
own classes go on with the same files.
"""

import os
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
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
_EVENTS_OF_A_BATCH = 1000


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


class _Joined(threading.local):
    """The transactions that a thread has open for the events it is storing, by shard."""

    open: dict[str, sqlalchemy.Connection] | None = None
    stack: ExitStack


class OpenEventLogStorage(SqliteEventLogStorage):
    """Event log storage whose index and latest run files stay open."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = _Engines()
        self._joined = _Joined()
        self._known: set[tuple[str, str]] = set()
        # Dagster hands over what a run plans as one batch only if its environment says so.
        os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", str(_EVENTS_OF_A_BATCH))
        super().__init__(base_dir, inst_data)
        self._empty = self._made_empty()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        if self._joined.open is None:
            with self._transaction(shard) as connection:
                yield connection
            return
        if shard not in self._joined.open:
            self._joined.open[shard] = self._joined.stack.enter_context(self._transaction(shard))
        yield self._joined.open[shard]

    @contextmanager
    def _transaction(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        if shard not in self._initialized_dbs:
            self._create(shard)
        with self._engines.transaction(self.conn_string_for_shard(shard)) as connection:
            yield connection

    def _create(self, shard: str) -> None:
        path = Path(self.path_for_shard(shard))
        if path.exists():
            with super()._connect(shard):
                return  # has made the tables, if another process had not
        self._copy(path)
        self._initialized_dbs.add(shard)

    def _made_empty(self) -> Path:
        """Return an empty file that Dagster made, once for each of its versions."""
        empty = Path(self._base_dir) / f".empty-{dg.__version__}"
        if not empty.exists():
            own = empty.with_name(f"{empty.name}-{os.getpid()}-{threading.get_ident()}")
            engine = sqlalchemy.create_engine(f"sqlite:///{own}", poolclass=sqlalchemy.NullPool)
            self._initdb(engine)
            own.replace(empty)
        return empty

    def _copy(self, path: Path) -> None:
        own = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        shutil.copyfile(self._empty, own)
        with suppress(FileExistsError):  # another process was faster
            os.link(own, path)
        own.unlink()

    @contextmanager
    def _one_transaction(self) -> Iterator[None]:
        """Let all that this thread does to a shard be one transaction."""
        with ExitStack() as stack:
            self._joined.stack, self._joined.open = stack, {}
            try:
                yield
            finally:
                self._joined.open = None

    def has_table(self, table_name: str) -> bool:
        """Return whether the index has a table; Dagster asks before it stores any check."""
        return self._once(
            ("table", table_name), lambda: super(OpenEventLogStorage, self).has_table(table_name)
        )

    def has_secondary_index(self, name: str) -> bool:
        """Return whether the index has been brought up to date; asked for every asset's record."""
        return self._once(
            ("index", name), lambda: super(OpenEventLogStorage, self).has_secondary_index(name)
        )

    def _has_asset_key_col_on_connection(
        self, conn: sqlalchemy.Connection, column_name: str
    ) -> bool:
        return self._once(
            ("column", column_name),
            lambda: super(OpenEventLogStorage, self)._has_asset_key_col_on_connection(
                conn, column_name
            ),
        )

    def _once(self, asked: tuple[str, str], answer: Callable[[], bool]) -> bool:
        """Return the answer, which stays true once it is, as the tables only gain things."""
        if asked not in self._known and answer():
            self._known.add(asked)
        return asked in self._known

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Store an event, and tell those who watch the run's file."""
        self.store_event_batch([event])

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        """Store events, all or none of them, and tell those who watch the runs' files."""
        with self._one_transaction():
            for event in events:
                super().store_event(event)
        for run_id in {event.run_id for event in events}:
            # The UI watches this file, which SQLite leaves alone until the log beside it is full.
            with suppress(FileNotFoundError):
                os.utime(self.path_for_shard(run_id))

    def wipe(self) -> None:
        """Remove all events."""
        self._known.clear()
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

"""The DuckLake target: one lake per warehouse, catalog in Postgres or in a file."""

import logging
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urlsplit

import duckdb
from duckdb_extensions import import_extension
from psycopg import conninfo

from vault_assets.errors import LockedCatalogError, TargetError, UnavailableError
from vault_assets.model.names import checked, literal, quoted
from vault_assets.settings import Settings
from vault_assets.targets.locks import Locks, PostgresLocks, ProcessLocks
from vault_assets.targets.session import Session

log = logging.getLogger(__name__)
Result = TypeVar("Result")

# DuckLake's own defaults give up under four writers; with these all of them commit.
_RETRY_SETTINGS = {
    "ducklake_max_retry_count": 100,
    "ducklake_retry_wait_ms": 50,
    "ducklake_retry_backoff": 1.0,
}
_HTTP_SETTINGS = {
    "http_timeout": 15,
    "http_retries": 6,
    "http_retry_wait_ms": 200,
    "http_retry_backoff": 1.5,
}
_ATTEMPTS = 5
_TRANSIENT = (duckdb.TransactionException, duckdb.IOException)
_BROKEN = (duckdb.InternalException, duckdb.FatalException)


class DuckLake:
    """A warehouse's lake: connections, transactions, locks.

    Args:
        warehouse: Name of the warehouse; also of the attached lake.
        settings: Complete settings (see `vault_assets.local.resolve`).
        read_only: Attach without the right to write.
    """

    def __init__(self, warehouse: str, settings: Settings, *, read_only: bool = False) -> None:
        self.warehouse = checked(warehouse)
        self.settings = settings
        self.read_only = read_only
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._locks: Locks | None = None
        self._spill: tempfile.TemporaryDirectory[str] | None = None
        self._spill_folder: Path | None = None

    @property
    def served(self) -> bool:
        """Whether the catalog is in Postgres and admits several processes."""
        return self.settings.catalog.startswith(("postgresql://", "postgres://"))

    @property
    def work_dir(self) -> Path:
        """A folder for spilled rows and downloaded objects; it goes with this target."""
        if self._spill_folder is not None:
            return self._spill_folder
        if self._spill is None:
            self.settings.home.mkdir(parents=True, exist_ok=True)
            self._spill = tempfile.TemporaryDirectory(
                dir=self.settings.home, prefix="work-", ignore_cleanup_errors=True
            )
        return Path(self._spill.name).resolve()

    def spill_to(self, folder: Path) -> None:
        """Let spilled rows go to `folder`, which this object does not remove."""
        self._spill_folder = folder

    def transaction(self, locks: Sequence[str], unit: Callable[[Session], Result]) -> Result:
        """Run `unit` in one transaction that no other writer of `locks` disturbs.

        A conflict or a lost connection rolls back and runs the whole unit again on a fresh
        connection, up to five times with growing waits; so a unit must read what it decides on.

        Args:
            locks: Names of the tables that are written.
            unit: Gets the session; what it returns is returned after the commit.

        Raises:
            UnavailableError: Still failing after the last attempt.
            TargetError: The database refused a statement.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self.locks.held(locks), self._begun() as session:
                    return unit(session)
            except (*_TRANSIENT, *_BROKEN) as error:
                self._disconnect()
                if attempt == _ATTEMPTS:
                    raise UnavailableError(
                        f"gave up after {attempt} attempts: {error}", where=self.warehouse
                    ) from error
                log.warning("attempt %d failed, trying again: %s", attempt, error)
                time.sleep(min(8.0, 0.2 * 2**attempt) * random.uniform(0.5, 1.0))  # noqa: S311  jitter is no secret
            except duckdb.Error as error:
                raise TargetError(
                    _without_secrets(str(error), self.settings), where=self.warehouse
                ) from error
        raise AssertionError  # the loop returns or raises

    @contextmanager
    def _begun(self) -> Iterator[Session]:
        connection = self.connection()
        connection.execute("begin")
        try:
            yield Session(connection)
            connection.execute("commit")
        except BaseException:
            # After a failed statement, commit would report success and lose the rows.
            try:
                connection.execute("rollback")
            except duckdb.Error:
                log.debug("the transaction had ended already")
            raise

    def session(self) -> Session:
        """Return a session outside of a transaction, for reading."""
        return Session(self.connection())

    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return the process's connection with the lake attached as current database.

        Raises:
            LockedCatalogError: The file catalog is open in another process.
            TargetError: The catalog or the data folder cannot be reached.
        """
        if self._connection is None:
            connection = engine(self.settings, self.work_dir)
            try:
                self._attach(connection)
            except duckdb.Error as error:
                connection.close()
                raise self._explained(error) from error
            self._connection = connection
        return self._connection

    @property
    def locks(self) -> Locks:
        """The locks of this lake."""
        if self._locks is None:
            self._locks = (
                PostgresLocks(self._conninfo(), self.warehouse) if self.served else ProcessLocks()
            )
        return self._locks

    def close(self) -> None:
        """Close the connection and drop spilled rows; the next use opens a new one."""
        self._disconnect()
        if self._spill is not None:
            self._spill.cleanup()
            self._spill = None

    def _disconnect(self) -> None:
        if self._connection is not None:
            for sql in ("rollback", "use memory", f"detach {quoted(self.warehouse)}"):
                try:
                    self._connection.execute(sql)
                except duckdb.Error:
                    log.debug("%s: not needed", sql)
            self._connection.close()
            self._connection = None
        if self._locks is not None:
            self._locks.close()
            self._locks = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def catalog_file(self) -> Path:
        """Return the catalog file of this warehouse in the single-process form."""
        path = Path(self.settings.catalog)
        return path.with_name(f"{path.stem}.{self.warehouse}{path.suffix}")

    def _attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        data = f"{self.settings.data.rstrip('/')}/{self.warehouse}/"
        if data.startswith("s3://"):
            create_s3_secret(connection, self.settings)
        else:
            data = f"{Path(data).resolve()}/"
        options = ["read_only"] if self.read_only else []
        if self.served:
            _catalog_secrets(connection, self.settings, self.warehouse, data)
            place = "ducklake:lake"
        else:
            self.catalog_file().parent.mkdir(parents=True, exist_ok=True)
            place = f"ducklake:{self.catalog_file()}"
            options.append(f"data_path {literal(data)}")
        try:
            self._attach_as(connection, place, [*options, "create_if_not_exists false"])
        except duckdb.Error as error:
            if self.read_only or "does not exist" not in str(error).lower():
                raise
            self._create(connection, place, options)
        connection.execute(f"use {quoted(self.warehouse)}")

    def _attach_as(
        self, connection: duckdb.DuckDBPyConnection, place: str, options: Sequence[str]
    ) -> None:
        suffix = f" ({', '.join(options)})" if options else ""
        connection.execute(f"attach {literal(place)} as {quoted(self.warehouse)}{suffix}")

    def _create(
        self, connection: duckdb.DuckDBPyConnection, place: str, options: Sequence[str]
    ) -> None:
        """Create the lake under a lock: of several first attachers all but one would fail."""
        lake = quoted(self.warehouse)
        with self.locks.held(["create lake"]):
            self._attach_as(connection, place, options)
            # Inlined rows were lost and aborted the process under concurrency.
            connection.execute(f"call {lake}.set_option('data_inlining_row_limit', 0)")
            connection.execute(f"call {lake}.set_option('parquet_compression', 'zstd')")

    def _conninfo(self) -> str:
        url = urlsplit(self.settings.catalog)
        return conninfo.make_conninfo(
            host=url.hostname,
            port=url.port or 5432,
            user=url.username,
            dbname=url.path.lstrip("/"),
            password=self.settings.catalog_password.get_secret_value() or None,
        )

    def _explained(self, error: duckdb.Error) -> TargetError:
        text = str(error)
        if "Could not set lock" in text or "Conflicting lock" in text:
            holder = re.search(r"PID (\d+)", text)
            who = f" by process {holder[1]}" if holder else ""
            return LockedCatalogError(
                f"the catalog is open in another process{who}, and a file catalog admits one",
                where=str(self.catalog_file()),
                fix="Close the other process, or use the served form: `vault-assets up`.",
            )
        return TargetError(
            f"cannot attach the lake: {_without_secrets(text, self.settings)}",
            where=self.warehouse,
            fix="`vault-assets doctor` says which part does not answer.",
        )


def engine(settings: Settings, spill: Path) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB with our extensions and limits; nothing is downloaded.

    Args:
        settings: Memory limit and threads.
        spill: Folder for rows that do not fit into memory.
    """
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    for extension in ("ducklake", "postgres_scanner", "httpfs"):
        import_extension(extension, con=connection)
        connection.execute(f"load {extension}")
    options: dict[str, object] = {
        "memory_limit": settings.memory_limit,
        "temp_directory": str(spill),
        "TimeZone": "UTC",
        "preserve_insertion_order": True,
        **_RETRY_SETTINGS,
        **_HTTP_SETTINGS,
    }
    if settings.threads:
        options["threads"] = settings.threads
    for name, value in options.items():
        shown = literal(value) if isinstance(value, str) else value
        connection.execute(f"set {name} = {shown}")
    # In a notebook without ipywidgets even switching the bar off is refused; then there is none.
    with suppress(duckdb.InvalidInputException):
        connection.execute("set enable_progress_bar = false")
    return connection


def _catalog_secrets(
    connection: duckdb.DuckDBPyConnection, settings: Settings, warehouse: str, data: str
) -> None:
    url = urlsplit(settings.catalog)
    connection.execute(
        f"create secret catalog (type postgres, host {literal(url.hostname or '')}, "
        f"port {url.port or 5432}, user {literal(url.username or '')}, "
        f"database {literal(url.path.lstrip('/'))}, "
        f"password {literal(settings.catalog_password.get_secret_value())})"
    )
    connection.execute(
        f"create secret lake (type ducklake, metadata_path '', data_path {literal(data)}, "
        f"metadata_schema {literal(warehouse)}, "
        "metadata_parameters map {'TYPE': 'postgres', 'SECRET': 'catalog'})"
    )


def create_s3_secret(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Give the connection access to the S3 server of the settings."""
    parts = [
        "type s3",
        f"key_id {literal(settings.s3_key_id)}",
        f"secret {literal(settings.s3_secret.get_secret_value())}",
        f"region {literal(settings.s3_region)}",
    ]
    if settings.s3_endpoint:
        url = urlsplit(settings.s3_endpoint)
        parts += [
            f"endpoint {literal(url.netloc)}",
            "url_style 'path'",
            f"use_ssl {str(url.scheme == 'https').lower()}",
        ]
    connection.execute(f"create secret store ({', '.join(parts)})")


def _without_secrets(text: str, settings: Settings) -> str:
    for secret in (settings.catalog_password, settings.s3_secret):
        if secret.get_secret_value():
            text = text.replace(secret.get_secret_value(), "***")
    return text

"""The DuckLake target: one lake per warehouse, catalog in Postgres or in a file."""

import logging
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urlsplit

import duckdb
import psycopg
from psycopg import conninfo

from vault_assets.errors import (
    LockedCatalogError,
    MissingLakeError,
    TargetError,
    UnavailableError,
)
from vault_assets.model.names import checked, literal, quoted
from vault_assets.settings import Settings
from vault_assets.targets.engine import (
    create_catalog_secrets,
    create_s3_secret,
    engine,
    without_secrets,
)
from vault_assets.targets.locks import Locks, PostgresLocks, ProcessLocks
from vault_assets.targets.new_lakes import create_registry
from vault_assets.targets.session import Session

log = logging.getLogger(__name__)
Result = TypeVar("Result")
Prepared = TypeVar("Prepared")

_ATTEMPTS = 5
_TRANSIENT = (duckdb.TransactionException, duckdb.IOException)
_NO_LAKE = ("Existing DuckLake at metadata catalog", "in read-only mode: database does not exist")
_BROKEN = (duckdb.InternalException, duckdb.FatalException, psycopg.OperationalError)


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
        self._facts: dict[str, str] = {}

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
        return self.prepared_transaction(
            locks, lambda _: nullcontext(), lambda session, _: unit(session)
        )

    def prepared_transaction(
        self,
        locks: Sequence[str],
        prepare: Callable[[duckdb.DuckDBPyConnection], AbstractContextManager[Prepared]],
        unit: Callable[[Session, Prepared], Result],
    ) -> Result:
        """Run `unit` as `transaction` does, with what `prepare` made on the connection before.

        The engine reads temp tables with all threads only once their own transaction is over.

        Args:
            locks: Names of the tables that are written.
            prepare: Gets the connection outside of a transaction, at every attempt; its context
                ends after the transaction.
            unit: Gets the session and what `prepare` yielded.

        Raises:
            UnavailableError: Still failing after the last attempt.
            TargetError: The database refused a statement.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with (
                    self.locks.held(locks),
                    prepare(self.connection()) as prepared,
                    self._begun() as session,
                ):
                    return unit(session, prepared)
            except (*_TRANSIENT, *_BROKEN) as error:
                self._disconnect()
                if attempt == _ATTEMPTS:
                    told = without_secrets(" ".join(str(error).split()), self.settings)
                    raise UnavailableError(
                        f"gave up after {attempt} attempts: {told}",
                        where=self.warehouse,
                        fix="`vault-assets doctor` says what does not answer; then run again.",
                    ) from error
                log.warning("attempt %d failed, trying again: %s", attempt, error)
                time.sleep(min(8.0, 0.2 * 2**attempt) * random.uniform(0.5, 1.0))  # noqa: S311  jitter is no secret
            except duckdb.Error as error:
                raise TargetError(
                    without_secrets(str(error), self.settings), where=self.warehouse
                ) from error
        raise AssertionError  # the loop returns or raises

    @contextmanager
    def _begun(self) -> Iterator[Session]:
        connection = self.connection()
        connection.execute("begin")
        try:
            yield Session(connection, self._facts, alone=True)
            connection.execute("commit")
        except BaseException:
            self._facts.clear()
            # After a failed statement, commit would report success and lose the rows.
            try:
                connection.execute("rollback")
            except duckdb.Error:
                log.debug("the transaction had ended already")
            raise

    def engine(self) -> duckdb.DuckDBPyConnection:
        """Return the engine of this process: the connection itself."""
        return self.connection()

    def relation(self, sql: str) -> duckdb.DuckDBPyRelation:
        """Return the rows of a query, on a connection of its own, to be read lazily."""
        connection = self.connection().cursor()
        connection.execute(f"use {quoted(self.warehouse)}")
        return connection.sql(sql)

    def session(self) -> Session:
        """Return a session outside of a transaction, for reading."""
        return Session(self.connection(), self._facts)

    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return the process's connection with the lake attached as current database.

        Raises:
            LockedCatalogError: The file catalog is open in another process.
            TargetError: The catalog or the data folder cannot be reached.
        """
        if self._connection is None:
            connection = engine(self.settings, self.work_dir)
            try:
                self.attach_to(connection)
            except TargetError:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def attach_to(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Attach the lake to an engine of the caller, as its current database.

        Raises:
            LockedCatalogError: The file catalog is open in another process.
            TargetError: The catalog or the data folder cannot be reached.
        """
        try:
            self._attach(connection)
        except duckdb.Error as error:
            raise self._explained(error) from error

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
        self._facts.clear()
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
            create_catalog_secrets(connection, self.settings, self.warehouse, data)
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
            connection.execute(f"use {lake}")
            create_registry(connection)

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
        if self.read_only and any(sign in text for sign in _NO_LAKE):
            return MissingLakeError(
                "there is no lake yet",
                where=self.warehouse if self.served else str(self.catalog_file()),
                fix=f"`vault-assets run {self.warehouse}` makes it.",
            )
        return TargetError(
            f"cannot attach the lake: {without_secrets(text, self.settings)}",
            where=self.warehouse,
            fix="`vault-assets doctor` says which part does not answer.",
        )

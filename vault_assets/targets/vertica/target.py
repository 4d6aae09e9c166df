"""The Vertica target: connections, transactions, locks."""

import logging
import random
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Self, TypeVar

import duckdb

from vault_assets.errors import TargetError, UnavailableError
from vault_assets.model.names import checked, literal
from vault_assets.settings import Settings
from vault_assets.sql.vertica import translate
from vault_assets.targets.session import Parameters
from vault_assets.targets.vertica.catalog import read_catalog
from vault_assets.targets.vertica.client import is_clients, may_go_away, told
from vault_assets.targets.vertica.connection import VerticaConnection
from vault_assets.targets.vertica.copy_area import CopyArea, tell_access
from vault_assets.targets.vertica.locks import VerticaLocks
from vault_assets.targets.vertica.names import Schemas
from vault_assets.targets.vertica.results import Rows
from vault_assets.targets.vertica.session import VerticaSession
from vault_assets.targets.vertica.twin import Twin
from vault_assets.targets.vertica.units import DefinitionNeeded
from vault_assets.targets.vertica.wire import Wire

log = logging.getLogger(__name__)
Result = TypeVar("Result")
Prepared = TypeVar("Prepared")

_ATTEMPTS = 5
_DEFINITIONS = 50
"""How often a unit may ask for definitions: it needs one per table and view at most."""
_FAREWELL = 30.0
"""Seconds to wait until the server has ended a session that was lost."""


class Vertica:
    """A warehouse on Vertica, in schemas `<warehouse>_<layer>`.

    Args:
        warehouse: Name of the warehouse.
        settings: Where the server is, and who logs in.
        read_only: Nothing is written by the caller; the server's rights decide.
    """

    def __init__(self, warehouse: str, settings: Settings, *, read_only: bool = False) -> None:
        self.warehouse = checked(warehouse)
        self.settings = settings
        self.read_only = read_only
        self.schemas = Schemas(self.warehouse)
        self._connection: VerticaConnection | None = None
        self._twin: Twin | None = None
        self._locks: VerticaLocks | None = None
        self._ended: list[str] = []
        self._spill: tempfile.TemporaryDirectory[str] | None = None
        by_server = settings.vertica_copy == "server"
        self._area = CopyArea(settings, warehouse) if by_server else None

    @property
    def work_dir(self) -> Path:
        """A folder for spilled rows and downloaded objects; it goes with this target."""
        if self._spill is None:
            self.settings.home.mkdir(parents=True, exist_ok=True)
            self._spill = tempfile.TemporaryDirectory(
                dir=self.settings.home, prefix="work-", ignore_cleanup_errors=True
            )
        return Path(self._spill.name).resolve()

    @property
    def locks(self) -> VerticaLocks:
        """The locks of this warehouse."""
        if self._locks is None:
            self._locks = VerticaLocks(lambda: self._connect("locks"), self.schemas)
        return self._locks

    def transaction(self, locks: Sequence[str], unit: Callable[[VerticaSession], Result]) -> Result:
        """Run `unit` in one transaction that no other writer of `locks` disturbs.

        A conflict or a lost connection rolls back and runs the whole unit again on a fresh
        connection, up to five times with growing waits; so a unit must read what it decides on. A
        unit is also begun anew after a definition that it needs in the middle of its changes.

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
        unit: Callable[[VerticaSession, Prepared], Result],
    ) -> Result:
        """Run `unit` as `transaction` does, with what `prepare` made in the engine before.

        Args:
            locks: Names of the tables that are written.
            prepare: Gets the engine of this process; its context ends after the transaction.
            unit: Gets the session and what `prepare` yielded.

        Raises:
            UnavailableError: Still failing after the last attempt.
            TargetError: The database refused a statement.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self.locks.held(locks):
                    self._finish(locks)
                    with (
                        self._copying(locks),
                        prepare(self.connection().twin.engine) as prepared,
                    ):
                        return self._run(lambda session: unit(session, prepared))
            except duckdb.Error as error:
                raise TargetError(self._told(error), where=self.warehouse) from error
            except Exception as error:
                # The client is an extra, so its classes cannot be named here; others go on.
                if not is_clients(error):
                    raise
                if not may_go_away(error):
                    raise TargetError(self._told(error), where=self.warehouse) from error
                self._disconnect()
                if attempt == _ATTEMPTS:
                    raise UnavailableError(
                        f"gave up after {attempt} attempts: {self._told(error)}",
                        where=self.warehouse,
                        fix="`vault-assets doctor` says what does not answer; then run again.",
                    ) from error
                log.warning("attempt %d failed, trying again: %s", attempt, self._told(error))
                time.sleep(min(8.0, 0.2 * 2**attempt) * random.uniform(0.5, 1.0))  # noqa: S311  jitter is no secret
        raise AssertionError  # the loop returns or raises

    def _finish(self, locks: Sequence[str]) -> None:
        """Put tables into place that an earlier load has built, before they are written again."""
        connection = self.connection()
        tables = [(layer, name) for layer, _, name in (lock.partition(".") for lock in locks)]
        if connection.finish([name for name in tables if all(name)]):
            connection.twin.become(read_catalog(connection.wire, self.schemas))

    @contextmanager
    def _copying(self, locks: Sequence[str]) -> Iterator[None]:
        """Let many rows go by way of the area while these locks are held."""
        if self._area is None:
            yield
            return
        self._area.begin(locks)
        try:
            yield
        finally:
            self._area.end()

    def _run(self, unit: Callable[[VerticaSession], Result]) -> Result:
        """Run a unit until it needs no definition any more, and commit.

        Each attempt sees the tables as they were before the first one: what an attempt has defined
        is there already, but a unit that is begun anew must not take a new table for an old one.
        """
        defined: set[str] = set()
        connection = self.connection()
        before = connection.twin.known()
        for _ in range(_DEFINITIONS):
            connection.begin(defined)
            try:
                result = unit(VerticaSession(connection))
                self.locks.check()
                connection.commit()
            except DefinitionNeeded as needed:
                try:
                    connection.rollback()
                    connection.define(needed)
                except BaseException:
                    self._undo(connection)
                    raise
                connection.twin.become(before)
            except BaseException:
                self._undo(connection)
                raise
            else:
                return result
        raise TargetError("a load defines tables without end", where=self.warehouse)

    def _undo(self, connection: VerticaConnection) -> None:
        """Roll back, and let the twin have what the server has."""
        if connection.wire.lost:
            self._disconnect()
            return
        try:
            connection.rollback()
            connection.twin.become(read_catalog(connection.wire, self.schemas))
        except Exception as error:
            # As in `prepared_transaction`: only errors of the client end here.
            if not is_clients(error):
                raise
            self._disconnect()

    def engine(self) -> duckdb.DuckDBPyConnection:
        """Return the engine of this process; its tables are empty."""
        return self.connection().twin.engine

    def relation(self, sql: str) -> Rows:
        """Return the rows of a query; all of them are read at once."""
        return self.connection().execute(sql)

    def session(self) -> VerticaSession:
        """Return a session outside of a transaction, for reading."""
        return VerticaSession(self.connection())

    def connection(self) -> VerticaConnection:
        """Return the connection; a new one if there is none, or the server has ended it.

        Raises:
            TargetError: The server refuses the login, or does not answer.
        """
        if self._connection is not None and not self._connection.wire.lost:
            return self._connection
        self._disconnect()
        wire = self._connect("load")
        if self._area is not None:
            tell_access(wire, self.settings)
        self._await_end(wire)
        if self._twin is None:
            self._twin = Twin(self.warehouse, self.settings, self.work_dir)
        twin = self._twin
        twin.become(read_catalog(wire, self.schemas))

        def translated(sql: str, parameters: Parameters) -> str:
            return self.schemas.renamed(translate(sql, twin, parameters).sql, twin.layers())

        self._connection = VerticaConnection(wire, twin, self.schemas, translated, self._area)
        return self._connection

    def close(self) -> None:
        """Close the connections and drop spilled rows; the next use opens new ones."""
        self._disconnect()
        self._ended.clear()
        if self._twin is not None:
            self._twin.close()
            self._twin = None
        if self._spill is not None:
            self._spill.cleanup()
            self._spill = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connect(self, purpose: str) -> Wire:
        label = f"{self.settings.vertica_label} {self.warehouse} {purpose} {secrets.token_hex(4)}"
        return Wire(self.settings, label)

    def _await_end(self, wire: Wire) -> None:
        """Wait until sessions that were lost have ended: one may still be committing.

        Raises:
            UnavailableError: One does not end.
        """
        began = time.monotonic()
        while self._ended:
            sql = "select count(*) from v_monitor.sessions where client_label = "
            if not wire.run(sql + literal(self._ended[-1])).rows[0][0]:
                self._ended.pop()
            elif time.monotonic() - began > _FAREWELL:
                wire.close()
                raise UnavailableError(
                    f"the lost session {self._ended[-1]!r} has not ended",
                    where=self.warehouse,
                    fix="close_session ends it; then run again.",
                )
            else:
                time.sleep(0.1)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._ended.append(self._connection.wire.label)
            self._connection.wire.close()
            self._connection = None
        if self._locks is not None:
            self._locks.close()

    def _told(self, error: BaseException) -> str:
        """Return what an error says, without passwords."""
        text = told(error)
        for secret in (self.settings.vertica_password, self.settings.s3_secret):
            if hidden := secret.get_secret_value():
                text = text.replace(hidden, "***")
        return text

"""One writer per table: advisory locks in the Postgres catalog, or in this process."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Protocol

import psycopg


class Locks(Protocol):
    """Locks that exclude every other writer of the same lake."""

    def held(self, names: Sequence[str]) -> AbstractContextManager[None]:
        """Hold the locks of these names; wait for them first."""
        ...

    def close(self) -> None:
        """Release everything."""


class ProcessLocks:
    """Locks for the single-process catalog: no other process can be there."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.RLock] = {}

    @contextmanager
    def held(self, names: Sequence[str]) -> Iterator[None]:
        """Hold the locks of these names, taken in sorted order."""
        with ExitStack() as stack:
            for name in sorted(set(names)):
                with self._guard:
                    lock = self._locks.setdefault(name, threading.RLock())
                stack.enter_context(lock)
            yield

    def close(self) -> None:
        """Nothing outlives the process."""


class PostgresLocks:
    """Advisory locks on a connection of their own; the server frees those of a killed process.

    Args:
        conninfo: Connection string of the catalog, with password.
        space: Prefix of every name: lakes in one database do not disturb each other.
    """

    def __init__(self, conninfo: str, space: str) -> None:
        self._conninfo = conninfo
        self._space = space
        self._guard = threading.RLock()
        self._connection: psycopg.Connection | None = None

    @contextmanager
    def held(self, names: Sequence[str]) -> Iterator[None]:
        """Hold the locks of these names, taken in sorted order."""
        with self._guard:
            keys = [f"{self._space}.{name}" for name in sorted(set(names))]
            connection = self._connected()
            for key in keys:
                connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [key])
            try:
                yield
            finally:
                self._release(connection, keys)

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=10)
        return self._connection

    def _release(self, connection: psycopg.Connection, keys: Sequence[str]) -> None:
        try:
            for key in keys:
                connection.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [key])
        except psycopg.Error:
            # A lost connection has lost its locks: a new one starts clean.
            self.close()

    def close(self) -> None:
        """Close the connection; the server releases what it held."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

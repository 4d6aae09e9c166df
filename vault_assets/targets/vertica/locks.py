"""One writer per table: a lock table per name, held by a connection of its own.

Vertica has no advisory locks, but an UPDATE keeps a table for itself until its transaction ends.
On a connection of its own, definitions of a load, which commit, do not give the lock away.
"""

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from vault_assets.errors import UnavailableError
from vault_assets.model.names import literal, quoted
from vault_assets.targets.vertica.client import client
from vault_assets.targets.vertica.names import LOCK, REGISTRY, Schemas
from vault_assets.targets.vertica.wire import Wire

PATIENCE = 600.0
"""Seconds that a writer waits for another of the same table."""


class VerticaLocks:
    """Locks of a warehouse among all processes that write it.

    Args:
        connect: Opens a connection.
        schemas: Names of the warehouse.
        patience: Seconds to wait for a lock.
    """

    def __init__(
        self, connect: Callable[[], Wire], schemas: Schemas, patience: float = PATIENCE
    ) -> None:
        self._connect = connect
        self._schemas = schemas
        self._patience = patience
        self._guard = threading.RLock()
        self._wire: Wire | None = None
        self._known: set[str] = set()
        self._depth = 0

    @contextmanager
    def held(self, names: Sequence[str]) -> Iterator[None]:
        """Hold the locks of these names, taken in sorted order; wait for them first.

        Raises:
            UnavailableError: Another writer holds one for too long.
        """
        with self._guard:
            tables = [lock_table(name) for name in sorted(set(names))]
            if not self._depth:
                self._ensure(tables)
            self._take(tables)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth:
                    self._release()

    def check(self) -> None:
        """Make sure that locks that are held were not lost with their connection.

        Raises:
            vertica_python.errors.Error: They were.
        """
        if self._depth and self._wire is not None:
            self._wire.run("select 1")

    def close(self) -> None:
        """Release everything."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _connected(self) -> Wire:
        if self._wire is None or self._wire.lost:
            self._wire = self._connect()
        return self._wire

    def _ensure(self, tables: Sequence[str]) -> None:
        """Create the lock tables that are missing: a definition would release what is held."""
        missing = [table for table in tables if table not in self._known]
        if not missing:
            return
        wire, schema = self._connected(), self._schemas.schema(REGISTRY)
        stored = wire.run(
            f"select table_name from v_catalog.tables where table_schema = {literal(schema)}"
        )
        there = {row[0] for row in stored.rows}
        for table in missing:
            if table not in there:
                place = self._schemas.sql((REGISTRY, table))
                wire.run(f"create schema if not exists {quoted(schema)}")
                wire.run(
                    f"create table if not exists {place} (holder varchar(300)) "
                    "order by holder unsegmented all nodes"
                )
                wire.run(f"insert into {place} select ''")
                wire.run("commit")
            self._known.add(table)

    def _take(self, tables: Sequence[str]) -> None:
        began = time.monotonic()
        while True:
            wire = self._connected()
            try:
                for table in tables:
                    place = self._schemas.sql((REGISTRY, table))
                    wire.run(f"update {place} set holder = {literal(wire.label)}")
            except client().errors.LockFailure as error:
                # Whoever holds one of several locks may wait for another of them.
                wire.run("rollback")
                if self._depth or time.monotonic() - began > self._patience:
                    raise UnavailableError(
                        "another process writes it",
                        where=", ".join(tables),
                        fix="v_monitor.locks says which session; run again when it has ended.",
                    ) from error
                time.sleep(random.uniform(0.05, 0.5))  # noqa: S311  jitter is no secret
            else:
                return

    def _release(self) -> None:
        if self._wire is not None and not self._wire.lost:
            try:
                self._wire.run("rollback")
            except Exception:  # noqa: BLE001  the server frees the locks of an ended session
                self.close()


def lock_table(name: str) -> str:
    """Return the name of the lock table of a name, which holds letters, digits and _ only."""
    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:8]
    plain = "".join(c if c.isalnum() else "_" for c in name)[:60]
    return f"{LOCK}{plain}_{digest}"

"""One change of a definition: it commits what is pending, then itself."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vault_assets_tests.vertica_server.catalog import Table

if TYPE_CHECKING:
    from vault_assets_tests.vertica_server.session import Session


@contextlib.contextmanager
def changing(session: "Session") -> Iterator[None]:
    """Commit what is pending, then do one change as a whole."""
    session.commit()
    with session.catalog.lock:
        session.begin()
        try:
            yield
        except BaseException:
            session.rollback()
            raise
        session.open = False
        session.duck.execute("commit")


def keep(session: "Session", table: Table) -> None:
    """Note a table, new or changed."""
    if table.temporary:
        session.temporary[table.name.lower()] = table
    else:
        session.catalog.keep(table)


def forget(session: "Session", table: Table) -> None:
    """Forget a dropped table."""
    if table.temporary:
        session.temporary.pop(table.name.lower(), None)
    else:
        session.catalog.drop(table)

"""One connection to Vertica: one statement per call, and never another session unseen."""

import contextlib
from dataclasses import dataclass
from typing import Any, Protocol

from vault_assets.settings import Settings
from vault_assets.targets.vertica.client import client, connection_options

BUFFER = 1 << 20
"""Bytes of a COPY that are read and sent at once."""


class Readable(Protocol):
    """What can be read in pieces."""

    def read(self, size: int = -1) -> bytes:
        """Return the next octets, at most `size`; none at the end."""
        ...


@dataclass(frozen=True)
class Answer:
    """What a statement gave: names of the columns, and the rows."""

    names: tuple[str, ...]
    rows: list[list[Any]]


class Wire:
    """A session on the server.

    Args:
        settings: Where the server is.
        label: What v_monitor.sessions calls it.
    """

    def __init__(self, settings: Settings, label: str) -> None:
        self.label = label
        self._connection = client().connect(**connection_options(settings, label))
        self._session = self._connection.backend_pid
        # The client lets the time to connect bound every answer, also that of a long statement.
        self._connection.socket.settimeout(None)

    @property
    def lost(self) -> bool:
        """Whether the session has ended."""
        return self._connection.closed() or self._connection.backend_pid != self._session

    def run(self, sql: str, data: Readable | None = None) -> Answer:
        """Run one statement and return all that it gives.

        Args:
            sql: The statement.
            data: Of a COPY from STDIN: what to send.

        Raises:
            vertica_python.errors.Error: The server refuses it, or the session has ended.
        """
        self._require_session()
        cursor = self._connection.cursor()
        cursor.description = None
        try:
            cursor.execute(sql, copy_stdin=data, buffer_size=BUFFER)
            rows = cursor.fetchall()
        except client().errors.QueryError:
            raise
        except (OSError, EOFError, client().errors.InterfaceError) as error:
            self.close()
            raise client().errors.ConnectionError(str(error)) from error
        except BaseException:
            self.close()
            raise
        # In the middle of a COPY the client replaces a broken session by a new one.
        self._require_session()
        names = tuple(column.name for column in cursor.description or ())
        return Answer(names, rows)

    def close(self) -> None:
        """End the session; what is not committed is undone."""
        with contextlib.suppress(client().errors.Error, OSError, EOFError):
            self._connection.close()

    def _require_session(self) -> None:
        if self.lost:
            self.close()
            raise client().errors.ConnectionError("the session has ended")

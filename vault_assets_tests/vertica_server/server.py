"""The server: one thread per connection, on loopback only."""

import contextlib
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import duckdb

from vault_assets_tests.vertica_server import frames, functions, keeping, startup
from vault_assets_tests.vertica_server.catalog import BOOT, Catalog, Table
from vault_assets_tests.vertica_server.faults import Fault
from vault_assets_tests.vertica_server.session import SEARCH_PATH, Session
from vault_assets_tests.vertica_server.startup import Cancel, Hello, Options
from vault_assets_tests.vertica_server.talking import Talk

LOOPBACK = "127.0.0.1"
_BUFFER = 1 << 16
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "python_enable_replacements": "false",
    "storage_compatibility_version": "latest",
}


@dataclass
class Sender:
    """Bytes for one client, sent in large pieces."""

    connection: socket.socket
    waiting: bytearray = field(default_factory=bytearray)

    def __call__(self, data: bytes, *, now: bool = False) -> None:
        """Keep the bytes; send them if asked to or if many wait."""
        self.waiting += data
        if now or len(self.waiting) > _BUFFER:
            self.connection.sendall(self.waiting)
            self.waiting.clear()


class Server:
    """A Vertica for tests; use it as a context manager.

    Args:
        options: User, password, database, TLS.
        port: 0 takes a free one.
        host: 127.0.0.1 and nothing else.
        file: Where it keeps its tables; by default in memory.

    Raises:
        ValueError: Another host.
    """

    def __init__(
        self,
        options: Options | None = None,
        *,
        port: int = 0,
        host: str = LOOPBACK,
        file: str = ":memory:",
    ) -> None:
        if host != LOOPBACK:
            raise ValueError("The stand-in serves tests on 127.0.0.1 only.")
        self.options = options or Options()
        self._duck = duckdb.connect(file, config=_CONFIG)
        known = "select count(*) from duckdb_tables() where table_name = 'kept_tables'"
        ((is_old,),) = self._duck.execute(known).fetchall()
        if not is_old:
            self._found()
        self._duck.execute(f"set search_path = '{SEARCH_PATH}'")
        self._duck.execute("set enable_external_access = false")
        self.catalog = Catalog(self._duck.cursor())
        if is_old:
            keeping.restore(self.catalog)
        self._lock = threading.Lock()
        self._sessions: dict[int, tuple[int, Session, socket.socket]] = {}
        self._threads: list[threading.Thread] = []
        self._socket = socket.create_server((host, port))
        self.port: int = self._socket.getsockname()[1]

    def _found(self) -> None:
        self._duck.execute(BOOT)
        for macro in functions.MACROS.strip().split(";\n"):
            self._duck.execute(macro.replace("create macro ", "create macro main.", 1))

    def __enter__(self) -> Self:
        self._spawn(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End all sessions and the server."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for pid in list(self._sessions):
            self.kill(pid)
        for thread in self._threads:
            thread.join(5)
        self._duck.close()

    def table(self, name: str) -> Table | None:
        """Return what a table `schema.name` declares: columns, keys, physical layout."""
        schema, _, plain = name.rpartition(".")
        return self.catalog.find(schema, plain)

    def sessions(self) -> list[int]:
        """Return the numbers of the open sessions."""
        return list(self._sessions)

    def kill(self, pid: int) -> None:
        """Cut a connection, as a network or a server that dies does."""
        if found := self._sessions.get(pid):
            with contextlib.suppress(OSError):
                found[2].shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(duckdb.Error):
                found[1].duck.interrupt()

    def wait(self) -> None:
        """Wait until the server stops."""
        self._threads[0].join()

    def _spawn(self, run: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._spawn(self._connection, connection)

    def _connection(self, connection: socket.socket) -> None:
        with contextlib.suppress(EOFError, OSError), contextlib.closing(connection):
            met = startup.hello(connection, self.options)
            if isinstance(met, Cancel):
                self._cancel(met)
            elif met:
                with contextlib.closing(met.connection), met.stream:
                    self._serve(met)

    def _cancel(self, wanted: Cancel) -> None:
        found = self._sessions.get(wanted.pid)
        if found and found[0] == wanted.key:
            found[1].cancel()

    def _serve(self, met: Hello) -> None:
        send = Sender(met.connection)
        try:
            startup.authenticate(met.stream, send, met.parameters, self.options)
        except Fault as fault:
            send(frames.error(fault), now=True)
            return
        autocommit = met.parameters.get("autocommit") == "on"
        session = Session(self._duck.cursor(), self.catalog, autocommit, self.options.store)
        pid = self._enter(session, met, send)
        try:
            binary = met.parameters.get("binary_data_protocol") == "1"
            Talk(session, met.stream, send, binary).serve()
        finally:
            self._leave(pid, session)

    def _enter(self, session: Session, met: Hello, send: Sender) -> int:
        pid, key = secrets.randbelow(1 << 31), secrets.randbelow(1 << 31)
        asked = met.parameters
        send(frames.parameter("protocol_version", str(frames.PROTOCOL_VERSION)))
        send(frames.parameter("auto_commit", "on" if session.autocommit else "off"))
        send(frames.parameter("timezone", "UTC"))
        send(frames.parameter("request_complex_types", "off"))
        send(frames.backend_key(pid, key))
        with self._lock:
            self._sessions[pid] = (key, session, met.connection)
            self.catalog.login(pid, asked)
        return pid

    def _leave(self, pid: int, session: Session) -> None:
        with self._lock:
            self._sessions.pop(pid, None)
            with contextlib.suppress(duckdb.Error):
                self.catalog.logout(pid)
        session.drop_all()

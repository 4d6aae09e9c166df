"""One server: started if it does not run, on its old port if that is free, and stopped."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from vault_assets.errors import ServiceError
from vault_assets.local.ports import free_port
from vault_assets.local.processes import (
    Launch,
    Process,
    alive,
    remember,
    remembered,
    start,
    stop,
    wait_until,
)
from vault_assets.local.state import folder_of, pid_file

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
# A start fails while processes of a killed server still hold its memory or port.
_PAUSES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
_LOG_LINES = 5


class Server(Protocol):
    """A program that listens on a port."""

    @property
    def name(self) -> str:
        """Its name in files and messages."""
        ...

    def launch(self, port: int) -> Launch:
        """Return how to start it on `port`."""
        ...

    def complaint(self, port: int) -> str:
        """Return why it is not usable yet; empty if it is.

        Raises:
            ServiceError: Waiting will not help.
        """
        ...


def keep_up(server: Server, home: Path, port: int, save: Callable[[int], None]) -> None:
    """Return when the server answers; start it first if it does not run.

    Args:
        server: What to run.
        home: The folder of local state.
        port: The port of the last time; 0 for none.
        save: Called with the port before each start, so that no port is ever lost.

    Raises:
        ServiceError: It ends at once, time and again, or does not answer within a minute.
    """
    process = remembered(pid_file(home, server.name))
    if process is not None and alive(process) and _answers(server, process, port):
        return
    for pause in _PAUSES:
        time.sleep(pause)
        port = free_port(port)
        save(port)
        if _answers(server, _started(server, home, port), port):
            return
    raise _failure(server, home, "does not start")


def shut_down(name: str, home: Path, first: signal.Signals) -> bool:
    """Stop a server if it runs; return whether it ran. Its data stay.

    Args:
        name: As in `Server.name`.
        home: The folder of local state.
        first: The signal that makes it end in order, whoever is connected.

    Raises:
        ServiceError: It belongs to another user, or does not end.
    """
    path = pid_file(home, name)
    process = remembered(path)
    ran = process is not None and alive(process)
    if process is not None and ran:
        stop(process, first=first, grace=_STOP_SECONDS)
    path.unlink(missing_ok=True)
    return ran


def _started(server: Server, home: Path, port: int) -> Process:
    process = start(server.launch(port), _log(server, home))
    remember(pid_file(home, server.name), process)
    return process


def _answers(server: Server, process: Process, port: int) -> bool:
    """Wait for an answer; return False if the process ends instead."""
    complaint = ""

    def settled() -> bool:
        nonlocal complaint
        if not alive(process):
            return True
        complaint = server.complaint(port)
        return not complaint

    if wait_until(settled, _START_SECONDS):
        return alive(process)
    what = f"the local {server.name} does not answer on port {port}: {complaint}"
    raise ServiceError(what, fix="See its log, then run `vault-assets down` and `up`.")


def _failure(server: Server, home: Path, what: str) -> ServiceError:
    log = _log(server, home)
    tail = " / ".join(log.read_text(errors="replace").splitlines()[-_LOG_LINES:])
    return ServiceError(f"the local {server.name} {what}.", where=str(log), fix=f"It says: {tail}")


def _log(server: Server, home: Path) -> Path:
    return folder_of(home) / f"{server.name}.log"

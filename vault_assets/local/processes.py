"""Background processes that outlive their parent and are never mistaken for another."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from vault_assets.errors import ServiceError
from vault_assets.local.accounts import Account, run_as

_PAUSE = 0.02
_KILL_GRACE = 10.0
_children: dict[int, subprocess.Popen[bytes]] = {}  # started by this process, which must reap them


@dataclass(frozen=True)
class Process:
    """A process, told from a later one with the same number by its birth.

    Args:
        pid: Its number.
        born: Boot of the machine and time of its start, as an opaque text.
    """

    pid: int
    born: str


@dataclass(frozen=True)
class Launch:
    """How to start a server.

    Args:
        argv: Program and arguments; no secrets, every user can read them.
        folder: Working folder.
        env: Variables on top of a minimal environment.
        account: The user to run as, if another than the present one.
    """

    argv: tuple[str, ...]
    folder: Path
    env: dict[str, str] = field(default_factory=dict, repr=False)
    account: Account | None = None


def start(launch: Launch, log: Path) -> Process:
    """Start a server in a session of its own, with its output appended to `log`.

    Raises:
        ServiceError: The program cannot be executed.
    """
    with log.open("ab") as output:
        try:
            child = subprocess.Popen(  # noqa: S603 - programs and arguments are ours
                launch.argv,
                cwd=launch.folder,
                env=minimal_environment() | launch.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **run_as(launch.account),
            )
        except OSError as error:
            what = f"{launch.argv[0]} cannot be executed: {error.strerror}."
            raise ServiceError(what) from error
    _children[child.pid] = child
    return Process(child.pid, _born(child.pid))


def minimal_environment() -> dict[str, str]:
    """Return an environment without variables that would change how a server behaves."""
    path, home = os.environ.get("PATH", os.defpath), os.environ.get("HOME", "/")
    return {"PATH": path, "HOME": home, "LC_ALL": "C"}


def alive(process: Process | None) -> bool:
    """Return whether exactly this process still runs."""
    if process is None:
        return False
    child = _children.get(process.pid)
    if child is not None and child.poll() is not None:
        del _children[process.pid]
    return process.born != "" and _born(process.pid) == process.born


def stop(process: Process, *, first: signal.Signals, grace: float) -> None:
    """End a process: a first signal, then SIGKILL if it still runs after `grace` seconds.

    Raises:
        ServiceError: It belongs to another user, or does not even react to SIGKILL.
    """
    for number, patience in ((first, grace), (signal.SIGKILL, _KILL_GRACE)):
        _send(process, number)
        if wait_until(lambda: not alive(process), patience):
            return
    what = f"process {process.pid} does not end."
    raise ServiceError(what, fix="Look at it with `ps` and end it by hand.")


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Return True as soon as `condition()` holds, or False after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE)
    return True


def remember(path: Path, process: Process) -> None:
    """Write a process into a pid file."""
    path.write_text(json.dumps(asdict(process)) + "\n")


def remembered(path: Path) -> Process | None:
    """Return the process of a pid file; None if there is no file or it was cut short."""
    try:
        return Process(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _send(process: Process, number: signal.Signals) -> None:
    if not alive(process):
        return
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return
    except PermissionError as error:
        what = f"process {process.pid} belongs to another user and cannot be ended."
        raise ServiceError(what, fix="Run the command as the user who started it.") from error


def _born(pid: int) -> str:
    """Return when a process was born; empty if it does not run (a zombie does not)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "" if Path("/proc/self/stat").exists() else _born_by_ps(pid)
    # The name, in parentheses, may contain anything; state and start time follow it: proc(5).
    fields = stat.rpartition(")")[2].split()
    if fields[0] in {"Z", "X"}:
        return ""
    return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}:{fields[19]}"


def _born_by_ps(pid: int) -> str:
    argv = ("ps", "-o", "state=,lstart=", "-p", str(pid))
    answer = subprocess.run(argv, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    state, _, born = answer.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else born.strip()

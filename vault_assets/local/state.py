"""What is known of the local services: ports, secrets and processes, in files below `home`."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import SecretStr

from vault_assets.errors import ServiceError
from vault_assets.local.ports import HOST
from vault_assets.local.processes import alive, remembered, wait_until

DATABASE = "vault_assets"
USER = "vault_assets"
BUCKETS = ("landing", "lake")
_LOCK_SECONDS = 120.0


@dataclass(frozen=True)
class S3State:
    """The S3 server: its port on the loopback interface and the key that it accepts."""

    port: int
    key_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class PostgresState:
    """The Postgres server: its port, the password of its only user and its data folder."""

    port: int
    folder: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class State:
    """Everything in `services.json`; None for a service that was never started."""

    s3: S3State | None = None
    postgres: PostgresState | None = None


@dataclass(frozen=True)
class Services:
    """Where services are; the fields of one that does not run are empty.

    Args:
        s3_endpoint: `http://host:port`.
        s3_key_id: Access key.
        s3_secret: Secret key.
        catalog_url: `postgresql://user@host:port/database`, without the password.
        catalog_password: The password.
        landing: URL of the bucket that files land in.
        data: URL of the bucket for tables.
    """

    s3_endpoint: str
    s3_key_id: str
    s3_secret: SecretStr
    catalog_url: str
    catalog_password: SecretStr
    landing: str
    data: str


def folder_of(home: Path) -> Path:
    """Return the folder of pid files, logs and data."""
    return home / "services"


def running(home: Path) -> Services | None:
    """Return the services below `home` whose processes live, or None if none does.

    Raises:
        ServiceError: The state cannot be read.
    """
    state = load(home)
    s3 = state.s3 if is_running(home, "s3") else None
    postgres = state.postgres if is_running(home, "postgres") else None
    return services_of(State(s3, postgres)) if s3 or postgres else None


def is_running(home: Path, name: str) -> bool:
    """Return whether the process of service `name` lives."""
    return alive(remembered(pid_file(home, name)))


def pid_file(home: Path, name: str) -> Path:
    """Return the path of a service's pid file."""
    return folder_of(home) / f"{name}.pid"


def services_of(state: State) -> Services:
    """Return how to reach the services in `state`."""
    s3, postgres = state.s3, state.postgres
    return Services(
        s3_endpoint=f"http://{HOST}:{s3.port}" if s3 else "",
        s3_key_id=s3.key_id if s3 else "",
        s3_secret=SecretStr(s3.secret if s3 else ""),
        catalog_url=f"postgresql://{USER}@{HOST}:{postgres.port}/{DATABASE}" if postgres else "",
        catalog_password=SecretStr(postgres.password if postgres else ""),
        landing=f"s3://{BUCKETS[0]}" if s3 else "",
        data=f"s3://{BUCKETS[1]}" if s3 else "",
    )


def load(home: Path) -> State:
    """Return the saved state; an empty one if nothing was ever started.

    Raises:
        ServiceError: `services.json` belongs to another user or is damaged.
    """
    path = home / "services.json"
    try:
        saved = json.loads(path.read_text())
        s3, postgres = saved["s3"], saved["postgres"]
        return State(S3State(**s3) if s3 else None, PostgresState(**postgres) if postgres else None)
    except FileNotFoundError:
        return State()
    except PermissionError as error:
        raise _foreign(path) from error
    except (ValueError, KeyError, TypeError) as error:
        what, fix = "this file is damaged.", "Restore it: it holds the password of the catalog."
        raise ServiceError(what, where=str(path), fix=fix) from error


def save(home: Path, state: State) -> None:
    """Write the state at once, readable by its owner only."""
    path = home / "services.json"
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(asdict(state), indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the lock under which services are started and stopped; wait for another holder.

    Raises:
        ServiceError: Another process holds it for more than two minutes, or `home` is not ours.
    """
    path = folder_of(home) / "lock"
    try:
        file = path.open("w")
    except PermissionError as error:
        raise _foreign(path) from error
    with file:
        if not wait_until(lambda: _lock(file.fileno()), _LOCK_SECONDS):
            what, fix = "another `up` or `down` does not finish.", "Find and end it."
            raise ServiceError(what, where=str(path), fix=fix)
        yield


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _foreign(path: Path) -> ServiceError:
    what, fix = "this file belongs to another user.", "Use another VAULT_ASSETS_HOME."
    return ServiceError(what, where=str(path), fix=fix)

"""The local Postgres: on the loopback interface, with a password, durable, as an ordinary user."""

from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from vault_assets.errors import ServiceError
from vault_assets.local.accounts import Account, unprivileged
from vault_assets.local.ports import HOST
from vault_assets.local.postgres_data import version_of
from vault_assets.local.postgres_programs import programs
from vault_assets.local.processes import Launch
from vault_assets.local.state import DATABASE, USER, PostgresState

_CONFIGURATION = {
    "listen_addresses": HOST,
    # No socket file: its path may have 107 bytes at most, and TCP is all that we use.
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "fsync": "on",
}
_CONNECT_SECONDS = 5


@dataclass(frozen=True)
class PostgresServer:
    """A Postgres server.

    Args:
        programs: The folder of its programs.
        folder: Its data.
        password: Of its only user.
        account: The user of this machine to run as, if another than the present one.
    """

    programs: Path
    folder: Path
    password: str = field(repr=False)
    account: Account | None = None
    name: str = "postgres"

    def launch(self, port: int) -> Launch:
        """Return how to start it."""
        _remove_stale_lock(self.folder)
        settings = [f"-c{key}={value}" for key, value in _CONFIGURATION.items()]
        argv = (str(self.programs / "postgres"), f"-D{self.folder}", f"-p{port}", *settings)
        return Launch(argv, self.folder, account=self.account)

    def complaint(self, port: int) -> str:
        """Return why nobody can log in; empty if it works and our database exists."""
        try:
            with psycopg.connect(
                host=HOST,
                port=port,
                user=USER,
                password=self.password,
                dbname="postgres",
                connect_timeout=_CONNECT_SECONDS,
                autocommit=True,
            ) as connection:
                _create_database(connection)
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                what = f"the local postgres on port {port} does not accept our password."
                fix = "Restore services.json, which holds it."
                raise ServiceError(what, where=str(self.folder), fix=fix) from error
            return str(error)
        return ""


def server(state: PostgresState, *, system: bool) -> PostgresServer:
    """Return the server over the data of `state`.

    Args:
        state: As `postgres_data.create` returned it.
        system: Whether the system's installation of Postgres may be used.

    Raises:
        ServiceError: The data have gone, or no installed Postgres can read them.
    """
    folder = Path(state.folder)
    version, account = version_of(folder), unprivileged()
    found = programs(version, account, system=system)
    return PostgresServer(found, folder, state.password, account)


def _create_database(connection: psycopg.Connection) -> None:
    known = connection.execute("select 1 from pg_database where datname = %s", (DATABASE,))
    if known.fetchone() is None:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))


def _remove_stale_lock(folder: Path) -> None:
    """Remove the lock file of a server that was killed, once its number names another program.

    Postgres does so itself if the number is free, but else refuses to start; in a container that
    was started anew the number is taken as a rule.
    """
    lock, proc = folder / "postmaster.pid", Path("/proc")
    if lock.exists() and (proc / "self").exists():
        program = proc / lock.read_text().partition("\n")[0].strip() / "comm"
        if program.exists() and program.read_text().strip() != "postgres":
            lock.unlink()

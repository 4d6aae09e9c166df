"""The local services together: `up`, `down` and what runs."""

import signal
from dataclasses import replace
from pathlib import Path

from vault_assets.local import postgres as postgres_service
from vault_assets.local import postgres_data, rclone
from vault_assets.local.state import (
    Services,
    State,
    folder_of,
    load,
    locked,
    running,
    save,
    services_of,
)
from vault_assets.local.supervisor import keep_up, shut_down

__all__ = ["Services", "down", "running", "up"]

# To Postgres SIGTERM would mean: wait until every client has gone.
_STOP = {"postgres": signal.SIGINT, "s3": signal.SIGTERM}


def up(
    home: Path, *, s3: bool = True, postgres: bool = True, system_postgres: bool = True
) -> Services:
    """Start what does not run and return when it answers; the servers outlive this process.

    Ports, keys and passwords are chosen at the first start and kept, except that a port which
    something else has taken is chosen anew. A second call at the same time waits for the first.

    Args:
        home: The folder of local state; created if it does not exist.
        s3: Whether to start the S3 server, with the buckets `landing` and `lake`.
        postgres: Whether to start Postgres, with the database `vault_assets`.
        system_postgres: Whether the system's Postgres may be used instead of the package's.

    Returns:
        The services that were asked for.

    Raises:
        ServiceError: A server is missing, does not start or does not answer.
    """
    home = home.resolve()
    folder_of(home).mkdir(parents=True, exist_ok=True)
    with locked(home):
        if s3:
            _s3_up(home)
        if postgres:
            _postgres_up(home, system=system_postgres)
        state = load(home)
    return services_of(State(state.s3 if s3 else None, state.postgres if postgres else None))


def down(home: Path) -> list[str]:
    """Stop the services that run; data, ports and secrets stay.

    Returns:
        The names of the services that were stopped.

    Raises:
        ServiceError: One belongs to another user or does not end.
    """
    home = home.resolve()
    if not folder_of(home).exists():
        return []
    with locked(home):
        return [name for name, first in _STOP.items() if shut_down(name, home, first)]


def _s3_up(home: Path) -> None:
    state = load(home)
    s3 = state.s3 or rclone.new_state()
    server = rclone.server(folder_of(home) / "s3", s3)
    keep_up(
        server, home, s3.port, lambda port: save(home, replace(state, s3=replace(s3, port=port)))
    )


def _postgres_up(home: Path, *, system: bool) -> None:
    state = load(home)
    postgres = state.postgres or postgres_data.create(folder_of(home), system=system)
    state = replace(state, postgres=postgres)
    save(home, state)
    keep_up(
        postgres_service.server(postgres, system=system),
        home,
        postgres.port,
        lambda port: save(home, replace(state, postgres=replace(postgres, port=port))),
    )

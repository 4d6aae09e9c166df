"""A stand-in per module and connections of the unmodified client to it."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import vertica_python

from vault_assets_tests.vertica_server.server import Server
from vault_assets_tests.vertica_server.startup import Options

Connect = Callable[..., Any]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(Options(password=secrets.token_hex(8))) as running:
        yield running


@pytest.fixture
def connect(server: Server) -> Iterator[Connect]:
    """A function that opens a connection; all are closed in the end."""
    opened: list[Any] = []

    def connection(**more: Any) -> Any:
        options = server.options
        given = {
            "host": "127.0.0.1",
            "port": server.port,
            "user": options.user,
            "password": options.password,
            "database": options.database,
            "tlsmode": "disable",
        }
        opened.append(vertica_python.connect(**(given | more)))
        return opened[-1]

    yield connection
    for each in opened:
        if not each.closed():
            each.close()


@pytest.fixture
def run(connect: Connect) -> Callable[..., list[list[Any]]]:
    """Run statements on one connection; give the rows of the last."""
    cursor = connect().cursor()

    def rows(*statements: str, **more: Any) -> list[list[Any]]:
        found: list[list[Any]] = []
        for statement in statements:
            cursor.execute(statement, **more)
            found = cursor.fetchall()
        return found

    return rows

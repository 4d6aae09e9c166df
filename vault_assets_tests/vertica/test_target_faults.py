"""Faults: a connection that breaks anywhere, a server that is away: nothing lost, nothing twice."""

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import vertica_python

from vault_assets.errors import UnavailableError
from vault_assets.landing.store import open_store
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.loading.vault import load_vault_table
from vault_assets.targets.session import Session
from vault_assets.targets.vertica import Vertica, client
from vault_assets.targets.vertica.copying import RowStream
from vault_assets.targets.vertica.wire import Answer, Wire
from vault_assets_tests.vertica.houses import create_people, house, insert_person, people
from vault_assets_tests.vertica.parity import declared, land
from vault_assets_tests.vertica_server.server import Server

pytestmark = pytest.mark.timeout(600)

LOCK = ["vault.people"]
Run = Callable[..., Answer]


@pytest.fixture
def target(server: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Vertica]:
    name = "".join(c for c in request.node.name.lower() if c.isalpha() or c == "_")[:40]
    with house(server, tmp_path, name) as found:
        found.transaction(LOCK, create_people)
        yield found


def cut(server: Server, wire: Wire) -> None:
    """Break a connection, as a network does."""
    server.kill(wire._connection.backend_pid)


def patched(
    monkeypatch: pytest.MonkeyPatch, fault: Callable[[Wire, str, Callable[[], Answer]], Answer]
) -> None:
    """Let `fault` decide what becomes of each statement of a load."""
    real: Run = Wire.run

    def run(self: Wire, sql: str, data: Any = None) -> Answer:
        if " load " not in self.label:
            return real(self, sql, data)
        return fault(self, sql, lambda: real(self, sql, data))

    monkeypatch.setattr(Wire, "run", run)


def once(
    server: Server, begin: str, *, after: bool
) -> Callable[[Wire, str, Callable[[], Answer]], Answer]:
    """Return a fault that cuts the connection once, before or after a statement."""
    done = []

    def fault(wire: Wire, sql: str, real: Callable[[], Answer]) -> Answer:
        if done or not sql.startswith(begin):
            return real()
        done.append(sql)
        answer = real() if after else None
        cut(server, wire)
        if after and begin == "commit":
            wire.close()  # the answer to the commit is lost on its way
            raise client.client().errors.ConnectionError("connection reset")
        return answer or real()

    return fault


def add_unless_there(session: Session) -> None:
    """Insert a person whom the table lacks: a unit that reads what it decides on."""
    if not session.value('select count(*) from "vault"."people"'):
        insert_person(session, 1, "Ann")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("begin", ["copy", "commit"])
def test_a_connection_lost_around_a_statement(
    target: Vertica, server: Server, monkeypatch: pytest.MonkeyPatch, begin: str, *, after: bool
) -> None:
    patched(monkeypatch, once(server, begin, after=after))
    target.transaction(LOCK, add_unless_there)
    assert people(target) == [(1, "Ann")]


def test_a_connection_lost_within_a_copy(
    target: Vertica, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, cuts = RowStream.read, []

    def cutting(self: RowStream, size: int = -1) -> bytes:
        if len(cuts) == 3:
            cut(server, target.connection().wire)
        cuts.append(size)
        return read(self, size)

    monkeypatch.setattr(RowStream, "read", cutting)
    target.transaction(
        LOCK,
        lambda session: session.run(
            'insert into "vault"."people" by name '
            "select range as id, repeat('x', 1000) as name from range(20000)"
        ),
    )
    assert len(people(target)) == 20_000


def test_a_lost_lock_is_noticed_before_the_commit(target: Vertica, server: Server) -> None:
    attempts = []

    def unit(session: Session) -> None:
        add_unless_there(session)
        attempts.append(1)
        if len(attempts) == 1:
            assert target.locks._wire
            cut(server, target.locks._wire)

    target.transaction(LOCK, unit)
    assert len(attempts) == 2
    assert people(target) == [(1, "Ann")]


def test_a_server_that_is_away_for_a_moment(
    target: Vertica, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, refused = vertica_python.connect, []

    def away(**options: Any) -> Any:
        if not refused:
            refused.append(1)
            raise client.client().errors.ConnectionError("Failed to establish a connection")
        return connect(**options)

    def unit(session: Session) -> None:
        add_unless_there(session)
        if not refused:
            for pid in server.sessions():
                server.kill(pid)

    monkeypatch.setattr(vertica_python, "connect", away)
    target.transaction(LOCK, unit)
    assert refused
    assert people(target) == [(1, "Ann")]


def test_a_server_that_stays_away_is_told(
    target: Vertica, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(**options: Any) -> Any:
        del options
        raise client.client().errors.ConnectionError("Failed to establish a connection")

    target.close()
    monkeypatch.setattr(vertica_python, "connect", away)
    monkeypatch.setattr("time.sleep", lambda _: None)
    password = target.settings.vertica_password.get_secret_value()
    with caplog.at_level(logging.DEBUG), pytest.raises(UnavailableError, match="gave up") as told:
        target.transaction(LOCK, create_people)
    assert password not in caplog.text + str(told.value)
    assert "attempt 4 failed" in caplog.text


def test_a_row_that_another_session_changes_is_waited_for(
    target: Vertica, connect: Callable[..., Any]
) -> None:
    target.transaction(LOCK, lambda session: insert_person(session, 1, "Ann"))
    other = connect()
    cursor = other.cursor()
    cursor.execute(f"update {target.warehouse}_vault.people set name = 'Bob' where id = 1")
    cursor.fetchall()
    timer = threading.Timer(0.3, other.commit)
    timer.start()
    target.transaction(
        LOCK, lambda session: session.run('delete from "vault"."people" where id = 1')
    )
    timer.join()
    assert people(target) == []


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("users")
    land("social", folder / "landing", 0.001)
    return folder


def load_users(target: Vertica) -> dict[str, int]:
    """Load the users of `social`; return how many rows each table has."""
    warehouse, store = declared("social"), open_store(target.settings)
    register(target, store, warehouse, "users")
    stage_batches(target, store, warehouse, "users", run_id="run")
    loaded = load_vault_table(target, warehouse, "h_users", run_id="run")
    assert all(verdict.passed for verdict in loaded.verdicts)
    session = target.session()
    return {
        table: session.value(f"select count(*) from {table}")
        for table in (
            "stage.users", "stage.users_quarantine", "vault.h_users",
            "registry.batches", "registry.applied", "registry.failures",
        )
    }  # fmt: skip


WHOLE = {
    "stage.users": 100,
    "stage.users_quarantine": 4,
    "vault.h_users": 102,
    "registry.batches": 1,
    "registry.applied": 2,
    "registry.failures": 0,
}


@pytest.mark.parametrize("number", [5, 30, 45, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100])
def test_a_load_survives_a_cut_at_any_statement(
    server: Server, users: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    counted: list[str] = []

    def fault(wire: Wire, sql: str, real: Callable[[], Answer]) -> Answer:
        counted.append(sql)
        if len(counted) == number:
            cut(server, wire)
        return real()

    with house(server, users, f"cut_{number}") as target:
        patched(monkeypatch, fault)
        try:
            found = load_users(target)
        except UnavailableError:  # cut while it only read: the next run goes on
            found = load_users(target)
        assert found == WHOLE
        again = load_vault_table(target, declared("social"), "h_users", run_id="again")
        assert again.rows_written == 0
    assert len(counted) > number

"""Transactions of the target: all or nothing, definitions in between, one writer, a true label."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from vault_assets.errors import TargetError, UnavailableError
from vault_assets.targets.session import Session
from vault_assets.targets.vertica import Vertica
from vault_assets.targets.vertica.locks import VerticaLocks
from vault_assets.targets.vertica.wire import Wire
from vault_assets_tests.vertica.houses import (
    create_people,
    house,
    insert_person,
    people,
    settings_of,
)
from vault_assets_tests.vertica_server.server import Server

LOCK = ["vault.people"]


@pytest.fixture
def target(server: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Vertica]:
    name = "".join(c for c in request.node.name.lower() if c.isalpha() or c == "_")[:40]
    with house(server, tmp_path, name) as found:
        found.transaction(LOCK, create_people)
        yield found


def test_rows_of_a_unit_that_fails_are_gone(target: Vertica) -> None:
    def unit(session: Session) -> None:
        insert_person(session, 1, "Ann")
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        target.transaction(LOCK, unit)
    assert people(target) == []


def test_a_temporary_table_needed_after_changes_loses_none_of_them(target: Vertica) -> None:
    attempts = []

    def unit(session: Session) -> int:
        attempts.append(len(attempts))
        insert_person(session, 1, "Ann")
        session.run('create or replace temp table seen as select id from "vault"."people"')
        return session.run('insert into "vault"."people" by name select id + 1 as id from seen')

    assert target.transaction(LOCK, unit) == 1
    assert people(target) == [(1, "Ann"), (2, None)]
    assert attempts == [0, 1]  # the definition was made before the second one


def test_a_temporary_table_is_used_again_without_a_definition(target: Vertica) -> None:
    def unit(session: Session) -> int:
        insert_person(session, 1, "Ann")
        attempts.append(1)
        session.run('create or replace temp table seen as select id from "vault"."people"')
        session.run("drop table if exists seen")
        return len(attempts)

    attempts: list[int] = []
    target.transaction(LOCK, unit)
    attempts.clear()
    assert target.transaction(LOCK, unit) == 1


def test_a_temporary_table_may_be_made_from_its_former_self(target: Vertica) -> None:
    def unit(session: Session) -> list[dict[str, Any]]:
        session.run('create or replace temp table seen as select id from "vault"."people"')
        session.run("create or replace temp table seen as select id + 10 as id from seen")
        return session.rows("select id from seen")

    target.transaction(LOCK, lambda session: insert_person(session, 1, None))
    assert target.transaction(LOCK, unit) == [{"id": 11}]


def test_a_table_made_anew_is_replaced_in_one_commit(target: Vertica) -> None:
    target.transaction(LOCK, lambda session: insert_person(session, 1, "Ann"))

    def unit(session: Session) -> None:
        session.run('drop table if exists "vault"."people"')
        create_people(session)
        insert_person(session, 2, "Bob")
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        target.transaction(LOCK, unit)
    assert people(target) == [(1, "Ann")]


def test_a_dropped_table_goes_with_the_commit(target: Vertica, server: Server) -> None:
    target.transaction(LOCK, lambda session: session.run('drop table "vault"."people"'))
    assert server.table(f"{target.warehouse}_vault.people") is None


def test_comments_of_columns_are_kept_and_part_of_the_unit(
    target: Vertica, server: Server, tmp_path: Path
) -> None:
    def comment(session: Session) -> None:
        session.run("""comment on column "vault"."people"."id" is 'key of ''id'''""")

    def fail(session: Session) -> None:
        session.run("""comment on column "vault"."people"."name" is 'lost'""")
        raise RuntimeError("broken")

    target.transaction(LOCK, comment)
    with pytest.raises(RuntimeError, match="broken"):
        target.transaction(LOCK, fail)
    asked = (
        "select column_name, comment from duckdb_columns() where table_name = 'people' "
        "and database_name = current_database() order by 1"
    )
    wanted = [
        {"column_name": "id", "comment": "key of 'id'"},
        {"column_name": "name", "comment": None},
    ]
    assert target.session().rows(asked) == wanted
    with house(server, tmp_path / "other", target.warehouse) as other:
        assert other.session().rows(asked) == wanted


def test_a_refused_statement_is_told_without_its_text(target: Vertica) -> None:
    with pytest.raises(TargetError) as caught:
        target.transaction(
            LOCK,
            lambda session: session.run(
                'insert into "vault"."people" by name select null as id, $name as name',
                {"name": "Secret Ann"},
            ),
        )
    assert "NOT NULL" in str(caught.value) or "Null value" in str(caught.value)
    assert "Secret Ann" not in str(caught.value)


def test_a_wrong_password_is_refused_at_once_and_not_told(server: Server, tmp_path: Path) -> None:
    wrong = settings_of(server, tmp_path, vertica_password=SecretStr("not-the-password"))
    with Vertica("towns", wrong) as target, pytest.raises(TargetError) as caught:
        target.transaction(LOCK, create_people)
    assert not isinstance(caught.value, UnavailableError)
    assert "not-the-password" not in str(caught.value)


def test_the_label_says_who_is_connected(target: Vertica, connect: Any) -> None:
    target.session()
    cursor = connect().cursor()
    cursor.execute("select client_label from v_monitor.sessions")
    labels = [row[0] for row in cursor.fetchall()]
    assert any(label.startswith(f"vault-assets {target.warehouse} load ") for label in labels)


def test_the_time_to_connect_does_not_bound_statements(server: Server, tmp_path: Path) -> None:
    settings = settings_of(server, tmp_path, vertica_connection_timeout=0.5)
    with Vertica("towns", settings) as target:
        wire = target.connection().wire
        slow = (
            "select count(*) from v_monitor.configuration_parameters a "
            "cross join v_monitor.configuration_parameters b "
            "cross join v_monitor.sessions c where a.parameter_name || b.parameter_name = 'x'"
        )
        began = time.monotonic()
        while time.monotonic() - began < 0.6:  # together longer than the time to connect
            assert wire.run(slow).rows == [[0]]
        assert wire._connection.socket.gettimeout() is None


def test_two_writers_of_one_table_take_turns(
    target: Vertica, server: Server, tmp_path: Path
) -> None:
    inside = threading.Event()
    order: list[str] = []

    def first(session: Session) -> None:
        inside.set()
        order.append("first begins")
        insert_person(session, 1, "Ann")
        threading.Event().wait(0.5)
        order.append("first ends")

    def second(session: Session) -> None:
        order.append("second")
        if session.value('select count(*) from "vault"."people" where id = 1') == 0:
            insert_person(session, 1, "Ann again")

    with house(server, tmp_path / "other", target.warehouse) as other:
        other.connection()
        thread = threading.Thread(target=target.transaction, args=(LOCK, first))
        thread.start()
        inside.wait(10)
        other.transaction(LOCK, second)
        thread.join()
    assert order == ["first begins", "first ends", "second"]
    assert people(target) == [(1, "Ann")]


def test_writers_of_other_tables_do_not_wait(
    target: Vertica, server: Server, tmp_path: Path
) -> None:
    with (
        house(server, tmp_path / "other", target.warehouse) as other,
        target.locks.held(LOCK),
        other.locks.held(["vault.houses"]),
    ):
        pass


def test_who_waits_for_too_long_is_told(target: Vertica, server: Server, tmp_path: Path) -> None:
    with house(server, tmp_path / "other", target.warehouse) as other:
        impatient = VerticaLocks(
            lambda: Wire(other.settings, "impatient"), other.schemas, patience=0.2
        )
        with (
            target.locks.held(LOCK),
            pytest.raises(UnavailableError, match="another process"),
            impatient.held(LOCK),
        ):
            pytest.fail("both hold the lock")
        impatient.close()

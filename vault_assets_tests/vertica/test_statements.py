"""Types, errors by class, transactions, prepared statements, and the traps of the client."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from vertica_python import errors

Run = Callable[..., list[list[Any]]]
Connect = Callable[..., Any]


def test_values_of_each_type_come_back_as_they_went_in(run: Run) -> None:
    values = [
        7, 1.5, True, "Привет, 'мир' \\ \"\n\t", dt.date(2024, 2, 29),
        dt.datetime.fromisoformat("2024-02-29 23:59:59.123456"), Decimal("-0.25"), uuid.UUID(int=5),
    ]  # fmt: skip
    rows = run(
        "drop table if exists each_type",
        "create table each_type (i int, f float, b boolean, t varchar(90), d date, ts timestamp,"
        " n numeric(10,2), u uuid)",
    )
    assert rows == []
    run("insert into each_type values (%s, %s, %s, %s, %s, %s, %s, %s)", parameters=values)
    assert run("select * from each_type") == [values]


def test_a_result_names_vertica_types(connect: Connect) -> None:
    cursor = connect().cursor()
    cursor.execute("create local temporary table described (a int, b varchar(7), c numeric(9,2))")
    cursor.execute("select a, b, c, count(*) from described group by a, b, c")
    found = [(c.name, c.type_code, c.display_size, c.precision) for c in cursor.description]
    assert found[:3] == [("a", 6, 20, None), ("b", 9, 7, None), ("c", 16, 11, 9)]
    assert found[3][1] == 6


@pytest.mark.parametrize(
    ("sql", "error", "state"),
    [
        ("select * from nowhere.t", errors.MissingSchema, "3F000"),
        ("select * from nothing", errors.MissingRelation, "42V01"),
        ("copy nothing from stdin", errors.MissingRelation, "42V01"),
        ("select nothing", errors.MissingColumn, "42703"),
        ("selec 1", errors.VerticaSyntaxError, "42601"),
        ("create table", errors.VerticaSyntaxError, "42601"),
        ("alter table", errors.VerticaSyntaxError, "42601"),
        ("copy", errors.VerticaSyntaxError, "42601"),
        ("select decode()", errors.QueryError, "XX000"),
        ("select 'open", errors.VerticaSyntaxError, "42601"),
        ("create table v_catalog.t (a blob)", errors.QueryError, "42704"),
        ("select date '2024-02-30'", errors.InvalidDatetimeFormat, "22007"),
        ("select '1.5'::int", errors.QueryError, "22V02"),
        ("select 1/0", errors.QueryError, "22012"),
        ("select 1::float/0", errors.QueryError, "22012"),
        ("select 1//0", errors.QueryError, "22012"),
        ("select throw_error('mine')", errors.QueryError, "V2000"),
        ("select no_such_function(1)", errors.QueryError, "42883"),
    ],
)
def test_errors_come_by_class_and_the_session_goes_on(
    connect: Connect, sql: str, error: type[Exception], state: str
) -> None:
    cursor = connect().cursor()
    with pytest.raises(error) as caught:
        cursor.execute(sql)
    assert caught.value.sqlstate == state  # pyright: ignore[reportAttributeAccessIssue]
    assert cursor.execute("select 1").fetchall() == [[1]]


def test_text_length_counts_octets(run: Run) -> None:
    run("drop table if exists octets", "create table octets (t varchar(6) not null)")
    run("insert into octets values ('три')")
    for value, state in (("'трии'", "22001"), ("null", "22004")):
        with pytest.raises(errors.QueryError) as caught:
            run(f"insert into octets values ({value})")
        assert caught.value.sqlstate == state
    assert run("select t, length(t), octet_length(t) from octets") == [["три", 3, 6]]
    assert run("select 'трии'::varchar(7)") == [["три"]]


def test_a_failed_statement_undoes_only_itself(run: Run) -> None:
    run("drop table if exists kept", "create table kept (t varchar(1))")
    run("insert into kept values ('a')")
    with pytest.raises(errors.QueryError):
        run("insert into kept values ('too long')")
    run("insert into kept values ('b')", "commit", "rollback")
    assert run("select t from kept order by t") == [["a"], ["b"]]


def test_dml_gives_its_count_as_a_row(connect: Connect) -> None:
    cursor = connect().cursor()
    cursor.execute("create local temporary table counted (a int) on commit preserve rows")
    cursor.execute("insert into counted select 1 union all select 2")
    assert cursor.rowcount == -1
    assert cursor.fetchall() == [[2]]
    assert cursor.execute("update counted set a = 3").fetchall() == [[2]]
    assert cursor.execute("delete from counted where a = 3").fetchall() == [[2]]


def test_a_connection_has_one_cursor_and_closing_does_not_commit(connect: Connect) -> None:
    with connect() as first:
        assert first.cursor() is first.cursor()
        first.cursor().execute("drop table if exists closed")
        first.cursor().execute("create table closed (a int)")
        first.cursor().execute("insert into closed values (1)").fetchall()
    assert connect().cursor().execute("select * from closed").fetchall() == []


def test_two_connections_do_not_share_a_transaction(connect: Connect) -> None:
    one, two = connect(), connect()
    one.cursor().execute("drop table if exists shared")
    one.cursor().execute("create table shared (a int)")
    one.cursor().execute("insert into shared values (1)").fetchall()
    assert two.cursor().execute("select * from shared").fetchall() == []
    one.commit()
    assert two.cursor().execute("select * from shared").fetchall() == [[1]]


def test_errors_after_the_first_statement_wait_for_nextset(connect: Connect) -> None:
    cursor = connect().cursor()
    cursor.execute("select 1; select nothing; select 2")
    assert cursor.fetchall() == [[1]]
    with pytest.raises(errors.MissingColumn):
        cursor.nextset()
    cursor.execute("select 1; select nothing")
    assert cursor.execute("select 3").fetchall() == [[3]]


def test_named_parameters_are_substituted_again_in_values(run: Run) -> None:
    injected = {"a": ":b", "b": "x', 'y"}
    with pytest.raises(errors.QueryError):
        run("select :a", parameters=injected | {"b": "' nothing"})
    assert run("select %s, %s", parameters=["%s", ":b"]) == [["%s", ":b"]]


def test_executemany_turns_empty_text_into_null(connect: Connect) -> None:
    connection = connect()
    cursor = connection.cursor()
    cursor.execute(
        "create local temporary table many (a int, b varchar(9)) on commit preserve rows"
    )
    cursor.executemany("insert into many (a, b) values (%s, %s)", [(1, ""), (2, "x|'y")])
    assert cursor.execute("select * from many order by a").fetchall() == [[1, None], [2, "x|'y"]]


def test_ddl_commits_and_autocommit_can_be_switched(connect: Connect) -> None:
    connection = connect()
    cursor = connection.cursor()
    cursor.execute("drop table if exists ddl")
    cursor.execute("create table ddl (a int)")
    cursor.execute("insert into ddl values (1)").fetchall()
    cursor.execute("create table if not exists ddl (a int)")
    connection.rollback()
    assert cursor.execute("select count(*) from ddl").fetchall() == [[1]]
    connection.autocommit = True
    cursor.execute("insert into ddl values (2)").fetchall()
    connection.rollback()
    connection.autocommit = False
    assert not connection.autocommit
    cursor.execute("insert into ddl values (3)").fetchall()
    connection.rollback()
    assert cursor.execute("select a from ddl order by a").fetchall() == [[1], [2]]


def test_a_read_does_not_pin_what_later_reads_see(connect: Connect) -> None:
    reader, writer = connect(), connect()
    writer.cursor().execute("drop table if exists pinned")
    writer.cursor().execute("create table pinned (a int)")
    assert reader.cursor().execute("select * from pinned").fetchall() == []
    writer.cursor().execute("insert into pinned values (1)").fetchall()
    writer.commit()
    assert reader.cursor().execute("select * from pinned").fetchall() == [[1]]


def test_a_write_conflict_is_a_lock_failure(connect: Connect) -> None:
    one, two = connect(), connect()
    one.cursor().execute("drop table if exists fought")
    one.cursor().execute("create table fought (a int)")
    one.cursor().execute("insert into fought values (1)").fetchall()
    one.commit()
    one.cursor().execute("update fought set a = 2").fetchall()
    with pytest.raises(errors.LockFailure):
        two.cursor().execute("update fought set a = 3")
    two.rollback()
    one.commit()
    assert two.cursor().execute("select a from fought").fetchall() == [[2]]


def test_prepared_statements_bind_on_the_server(connect: Connect) -> None:
    connection = connect(use_prepared_statements=True)
    cursor = connection.cursor()
    cursor.execute("drop table if exists bound")
    cursor.execute("create table bound (a int, b varchar(20), u uuid)")
    rows = [[1, "it's", uuid.UUID(int=1)], [2, None, None], [3, "ж", None]]
    cursor.executemany("insert into bound values (?, ?, ?)", rows)
    connection.commit()
    cursor.execute("select a, b, u from bound where a > ? order by a", [1])
    assert cursor.fetchall() == rows[1:]


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("select * from missing where a = ?", errors.MissingRelation),
        ("select 1; select ?", errors.VerticaSyntaxError),
    ],
)
def test_a_statement_that_cannot_be_prepared_raises_its_class(
    connect: Connect, sql: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        connect(use_prepared_statements=True).cursor().execute(sql, [1])


def test_an_unknown_table_is_never_a_variable_of_the_server(run: Run) -> None:
    for name in ("given", "session", "self", "'/etc/hostname'"):
        with pytest.raises(errors.QueryError):
            run(f"select * from {name}")


def test_a_lost_process_between_two_inserts_leaves_neither(connect: Connect) -> None:
    checking = connect().cursor()
    for name in ("vaulted", "applied"):
        checking.execute(f"drop table if exists {name}")
        checking.execute(f"create table {name} (a int)")
    with connect() as loader:
        loader.cursor().execute("insert into vaulted values (1)").fetchall()
    checking.execute("select (select count(*) from vaulted), (select count(*) from applied)")
    assert checking.fetchall() == [[0, 0]]


def test_sessions_work_side_by_side(connect: Connect) -> None:
    connect().cursor().execute("drop table if exists side")
    connect().cursor().execute("create table side (a int)")
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            cursor = connect().cursor()
            cursor.execute(f"create table own_{number} (a int)")
            cursor.execute(f"alter table own_{number} rename to other_{number}")
            cursor.execute("insert into side values (1)").fetchall()
            cursor.execute("commit")
            cursor.execute(f"drop table other_{number}")
        except errors.Error as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert failures == []
    assert connect().cursor().execute("select count(*) from side").fetchall() == [[4]]


def test_a_parameter_called_as_a_type_damages_its_casts(run: Run) -> None:
    with pytest.raises(errors.QueryError):
        run("select '2024-01-01'::date, :date", parameters={"date": 7})
    assert run("select '2024-01-01'::date, %s", parameters=[7]) == [[dt.date(2024, 1, 1), 7]]


def test_errors_tell_their_class_but_share_one_base() -> None:
    for error in (errors.LockFailure, errors.QueryCanceled, errors.CopyRejected):
        assert issubclass(error, errors.ProgrammingError)
    assert not issubclass(errors.ConnectionError, ConnectionError)

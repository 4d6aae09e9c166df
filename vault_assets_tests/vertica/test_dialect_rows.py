"""Each construct of the dialect gives on the stand-in the rows that it gives in DuckDB."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import vertica_python
import yaml

from vault_assets.sql.vertica import Twin, translate
from vault_assets_tests.vertica.gate import problems
from vault_assets_tests.vertica_server.server import Server

Rows = list[tuple[Any, ...]]

_SCHEMA = "create schema if not exists s"
_T = """create table if not exists s.t (
    k uuid, id bigint, name varchar, ts timestamp, day date,
    amount decimal(12,2), ratio double, flag boolean, note varchar
)"""
_U = "create table if not exists s.u (id bigint, other varchar, since timestamp)"
TABLES = (_SCHEMA, _T, _U)
AT = dt.datetime.fromisoformat("2024-01-31T10:20:30.000500")
LATER, EARLIER = AT + dt.timedelta(days=40), AT - dt.timedelta(days=400)
NOTES = ('{"header": "a \\"b\\""}', '{"unknown_columns": ["x", "y"]}', '{"a": 1}')
FIRST, SECOND, THIRD, FOURTH = (uuid.UUID(int=number) for number in range(1, 5))
T_ROWS = [
    (FIRST, 1, "Ann", AT, AT.date(), Decimal("1.50"), 0.25, True, NOTES[0]),
    (SECOND, 1, "Яна", LATER, LATER.date(), None, None, False, None),
    (THIRD, 2, None, None, None, Decimal("-2.25"), 4.0, None, NOTES[1]),
    (FOURTH, 2, "it's", AT, dt.date(2024, 1, 1), Decimal("7.00"), 2.0, True, NOTES[2]),
    (None, None, "a~b\\c", EARLIER, EARLIER.date(), Decimal("0.10"), -1.5, False, ""),
]
U_ROWS = [
    (1, "one", AT - dt.timedelta(days=1)),
    (1, "uno", AT + dt.timedelta(days=1)),
    (2, None, AT - dt.timedelta(days=2)),
    (3, "three", None),
]

SNIPPETS: dict[str, str] = yaml.safe_load(
    (Path(__file__).parent / "constructs.yaml").read_text(encoding="utf-8")
)
GIVEN = {
    "text": 'it\'s $1 \\ %s "q"',
    "moment": AT,
    "number": Decimal("1.25"),
    "nothing": None,
    "id": 1,
    "ids": [3],
}
ORDERED = {name for name in SNIPPETS if name.startswith("order")} - {"order inside"}


@pytest.fixture(scope="module")
def duck() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set TimeZone = 'UTC'")
    for statement in TABLES:
        connection.execute(statement)
    for name, rows in (("t", T_ROWS), ("u", U_ROWS)):
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into s.{name} values ({marks})", rows)
    return connection


@pytest.fixture(scope="module")
def twin() -> Twin:
    twin = Twin()
    for statement in TABLES:
        twin.apply(statement)
    return twin


@pytest.fixture(scope="module")
def ask(server: Server, twin: Twin) -> Iterator[Callable[[str], Rows]]:
    """Run a statement of Vertica on a stand-in with the same rows."""
    given = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": server.options.user,
        "password": server.options.password,
        "database": server.options.database,
        "tlsmode": "disable",
    }
    with vertica_python.connect(**given) as connection:
        cursor = connection.cursor()

        def rows(sql: str) -> Rows:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

        rows("alter session set WithClauseRecursionLimit = 1000")
        for statement in TABLES:
            rows(translate(statement, twin).sql)
        for name, filled in (("t", T_ROWS), ("u", U_ROWS)):
            for row in filled:
                marks = ", ".join(f"$v{place}" for place in range(len(row)))
                values = {f"v{place}": value for place, value in enumerate(row)}
                insert = translate(f"insert into s.{name} select {marks}", twin, values)
                assert rows(insert.sql) == [(1,)]
        yield rows


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_construct_gives_the_rows_of_duckdb(
    name: str, duck: duckdb.DuckDBPyConnection, twin: Twin, ask: Callable[[str], Rows]
) -> None:
    sql = SNIPPETS[name]
    parameters = GIVEN if name == "parameters" else None
    made = translate(sql, twin, parameters)
    assert problems(made.sql) == []
    expected = [_plain(row) for row in duck.execute(sql, parameters).fetchall()]
    found = [_plain(row) for row in ask(made.sql)]
    if name not in ORDERED:
        expected, found = sorted(expected, key=repr), sorted(found, key=repr)
    assert found == expected
    assert expected or name == "empty list"


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row whose numbers compare whatever their types."""
    return tuple(
        round(float(value), 9)
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        else value
        for value in row
    )

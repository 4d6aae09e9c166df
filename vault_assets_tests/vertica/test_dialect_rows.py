"""Each construct of the dialect gives on the stand-in the rows that it gives in DuckDB."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest
import vertica_python

from vault_assets.sql.vertica import Twin, translate
from vault_assets_tests.vertica.gate import problems
from vault_assets_tests.vertica_server.server import Server

Rows = list[tuple[Any, ...]]

TABLES = (
    "create schema if not exists s",
    "create table if not exists s.t (k uuid, id bigint, name varchar, ts timestamp, day date, "
    "amount decimal(12,2), ratio double, flag boolean, note varchar)",
    "create table if not exists s.u (id bigint, other varchar, since timestamp)",
)
AT = dt.datetime(2024, 1, 31, 10, 20, 30, 500)
T_ROWS = [
    (uuid.UUID(int=1), 1, "Ann", AT, AT.date(), Decimal("1.50"), 0.25, True, '{"header": "a \\"b\\""}'),
    (uuid.UUID(int=2), 1, "Яна", AT + dt.timedelta(days=40), dt.date(2024, 3, 11), None, None, False, None),
    (uuid.UUID(int=3), 2, None, None, None, Decimal("-2.25"), 4.0, None, '{"unknown_columns": ["x", "y"]}'),
    (uuid.UUID(int=4), 2, "it's", AT, dt.date(2024, 1, 1), Decimal("7.00"), 2.0, True, '{"a": 1}'),
    (None, None, "a~b\\c", AT - dt.timedelta(days=400), dt.date(2022, 12, 31), Decimal("0.10"), -1.5, False, ""),
]  # fmt: skip
U_ROWS = [
    (1, "one", AT - dt.timedelta(days=1)),
    (1, "uno", AT + dt.timedelta(days=1)),
    (2, None, AT - dt.timedelta(days=2)),
    (3, "three", None),
]

SNIPPETS = {
    "star": "select * from s.t",
    "star without": "select * exclude (note, k) replace (id + 1 as id) from s.t",
    "stars of two": "select t.* exclude (id), u.other from s.t as t join s.u as u on u.id = t.id",
    "using": "select * from s.t full join s.u using (id)",
    "using, bare": "select id, other, name from s.u left join s.t using (id)",
    "alias in where": "select id * 2 as twice from s.t where twice > 2",
    "alias in a column": "select id * 2 as twice, twice + 1 as more from s.t",
    "alias in having": "select id, count(*) as n from s.t group by id having n > 1",
    "group by all": "select id, flag, count(*) as n, max(name) as m from s.t group by all",
    "group by place": "select id % 2 as odd, count(*) as n from s.t group by 1",
    "order, nulls": "select name, id from s.t order by name, id desc",
    "order desc": "select amount, name from s.t order by amount desc, name",
    "order first": "select day, name from s.t order by day nulls first, name limit 3",
    "order of distinct": "select distinct id from s.t order by id desc",
    "order of union": "select id from s.t union select id from s.u order by id",
    "order inside": "select * from (select id, name from s.t order by name) limit 2",
    "count filter": "select id, count(*) filter (where flag) as n from s.t group by id",
    "sum filter": "select sum(amount) filter (where id = 2) as n from s.t",
    "distinct filter": "select count(distinct id) filter (where flag) as n from s.t",
    "qualify": "select id, name from s.t qualify row_number() over (partition by id order by ts desc, k) = 1",
    "qualify column": "select name from s.t qualify ts = max(ts) over (partition by id) and flag",
    "named window": "select name, lag(name) over w as before, sum(id) over (w rows between unbounded preceding "
    "and 1 preceding) as total from s.t window w as (partition by flag order by k)",
    "window order desc": "select k, row_number() over (order by amount desc) as place from s.t",
    "lead with default": "select k, lead(id, 1, 99) over (order by k) as after from s.t",
    "arg_max": "select id, arg_max(name, ts) as last, count(*) as n from s.t group by id",
    "arg_max of rows": "select id, arg_max(name, (amount, k)) as last from s.t where amount is not null group by id",
    "arg_min, whole": "select arg_min(name, amount) as first from s.t",
    "arg_max filter": "select max_by(name, amount) filter (where flag) as last from s.t",
    "any_value": "select id, any_value(id) as v from s.t group by id",
    "max of boolean": "select id, max(flag) as any_flag, min(flag) as all_flags from s.t group by id",
    "quantiles": "select id, quantile_cont(ratio, 0.25) as q, median(ratio) as m, count(*) as n from s.t group by id",
    "quantile, empty": "select median(ratio) as m from s.t where id = 77",
    "string_agg": "select id, string_agg(name, ', ' order by name) as names from s.t group by id",
    "distinct from": "select k from s.t where id is distinct from 1",
    "not distinct from": "select k from s.t where name is not distinct from null",
    "tuples": "select t.k from s.t as t join s.u as u on (t.id, t.name) = (u.id, u.other) or (t.id) = (u.id)",
    "tuple in": "select k from s.t where (id, flag) in (select id, flag from s.t where amount > 1)",
    "tuple distinct": "select k from s.t where (id, flag) is distinct from (1, true)",
    "count of tuples": "select count(distinct (id, flag)) as n from s.t",
    "list_contains": "select k from s.t where list_contains(['Ann', 'it''s'], name)",
    "empty list": "select k from s.t where list_contains([], name)",
    "list of a text": "select k, list_contains(string_split('Ann,Bob', ','), name) as is_in from s.t",
    "values": "select v.a, v.b from (values (1, 'x'), (2, null)) as v (a, b)",
    "values as a cte": "with v (a, b) as (values (1, 'x'), (2, 'y')) select * from v where a > 1",
    "union by name": "select 1 as a, 'x' as b union all by name select 'y' as b, 2 as a, true as c",
    "from first": "from (select id from s.t except select 1)",
    "except": "select id from s.u except select id from s.t",
    "semi join": "select u.other from s.u as u semi join s.t as t on t.id = u.id",
    "anti join": "select u.other from s.u as u anti join s.t as t on t.id = u.id",
    "asof": "select t.k, u.other from s.t as t asof join s.u as u on u.id = t.id and t.ts >= u.since",
    "asof left, before": "select t.k, u.other from s.t as t asof left join s.u as u on t.id = u.id and t.ts < u.since",
    "series of days": "select unnest(generate_series(date '2024-01-30', date '2024-02-02', interval 1 day)) as d",
    "series of a table": "select id, unnest(range(id, id + 3)) as place from s.u",
    "series of months": "select cast(unnest(generate_series(min(since), max(since), interval 1 month)) as date) as d "
    "from s.u",
    "unnest list": "select unnest(['a', 'b']) as x",
    "unnest columns": "select id, unnest([id, id + 1]) as x from s.u",
    "unnest split": "select id, unnest(string_split(name, '~')) as part from s.t where name is not null",
    "ratio": "select k, id / 2 as half, amount / id as r from s.t",
    "ratio of nothing": "select k, id / nullif(id - 1, 0) as r from s.t",
    "integer ratio": "select k, (id + 5) // 2 as half, (id + 5) % 2 as odd from s.t",
    "texts": "select cast(id as varchar) as i, cast(flag as varchar) as f, cast(day as varchar) as d, "
    "cast(k as varchar) as k, cast(amount as varchar) as a from s.t",
    "text of a moment": "select cast(ts as varchar) as m from s.t",
    "pipe": "select name || ':' || id || flag as told from s.t",
    "concat": "select concat(name, '-', id) as told from s.t",
    "concat_ws": "select concat_ws('|', name, id, flag) as told from s.t where name is not null",
    "hash key": "select cast(unhex(md5(concat(name, '|', id))) as uuid) as key from s.t",
    "contains": "select name from s.t where contains(name, '~')",
    "starts": "select name from s.t where starts_with(name, 'A')",
    "length": "select length(name) as n, strlen(name) as octets from s.t",
    "parts": "select substr(name, 2, 2) as a, left(name, 1) as b, split_part(name, '~', 2) as c from s.t",
    "changes": "select upper(name) as u, trim(' x ') as x, replace(name, 'n', 'N') as r from s.t",
    "patterns": "select name, regexp_full_match(name, '[A-Z].n') as f from s.t",
    "pattern replaced": "select regexp_replace(name, '[aeio]', '_', 'g') as r, regexp_replace(name, 'n', '') as one "
    "from s.t",
    "like": "select name from s.t where name not like 'A%'",
    "truncated": "select date_trunc('month', ts) as m, cast(date_trunc('month', day) as date) as d from s.t",
    "truncated day": "select date_trunc('month', day) as d from s.t",
    "times": "select strftime(ts, '%Y-%m-%d %H:%M') as told, year(day) as y, month(day) as m, day(day) as d from s.t",
    "calendar": "select quarter(day) as q, weekofyear(day) as w, dayofweek(day) as d, dayofyear(day) as n, "
    "dayname(day) as a, monthname(day) as b, last_day(day) as l, extract(hour from ts) as h from s.t",
    "differences": "select date_diff('day', day, date '2024-02-01') as d, date_diff('month', ts, timestamp "
    "'2024-05-01') as m, day - date '2024-01-01' as days from s.t",
    "intervals": "select ts + interval '1 day' as a, ts - interval '3 hour' as b, day - 7 as c from s.t",
    "greatest": "select greatest(id, 1, null) as g, least(ts, timestamp '2024-01-01') as l from s.t",
    "numbers": "select round(ratio, 1) as r, abs(amount) as a, floor(ratio) as f, avg(id) over () as m from s.t",
    "aggregates": "select avg(id) as a, sum(amount) as s, bool_or(flag) as b, count(distinct name) as n from s.t",
    "case": "select case id when 1 then 'a' when 2 then 'b' end as c, coalesce(name, '?') as n from s.t",
    "note": "select note ->> '$.header' as h, json_extract_string(note, '$.unknown_columns') is null as n from s.t "
    "where note like '{%'",
    "json of a row": "select cast(to_json(struct_pack(id := id, \"name\" := name, flag := flag)) as varchar) as j "
    "from s.t",
    "try_cast": "select try_cast(name as bigint) as n from s.t",
    "exists": "select k from s.t as t where not exists (select 1 from s.u as u where u.id = t.id)",
    "scalar": "select (select max(id) from s.u) as m, (select count(*) from s.u as u where u.id = t.id) as n from s.t t",
    "nulls of a union": "select null as a, 1 as b union all select 'x', null",
    "parameters": "select $text as x, cast($moment as timestamp) as m, $number as n, $nothing is null as z "
    "from s.u where id = $id or list_contains($ids, id)",
}  # fmt: skip
GIVEN = {
    "text": "it's $1 \\ %s \"q\"", "moment": AT, "number": Decimal("1.25"), "nothing": None, "id": 1, "ids": [3],
}  # fmt: skip
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

"""What is outside of the closed set is refused by name; values cannot end as SQL."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from vault_assets.sql.vertica import Twin, UntranslatableError, translate

REFUSED = {
    "select list(id) from t": "array_agg",
    "select frobnicate(id) from t": "frobnicate",
    "select printf('%d', id) from t": "printf",
    "select distinct on (id) id from t": "distinct on",
    "select {'a': id} as s from t": "struct",
    "select id from t group by grouping sets ((id), ())": "grouping sets",
    "select * from missing": "missing",
    "select date_diff('week', day, day) from t": "week",
    "select strftime(day, '%U') from t": "%U",
    "select array_to_string(list_sort(list(id), 'desc'), ',') from t": "list_sort",
    "insert into t values (1, null) on conflict do nothing": "on conflict",
    "delete from t using u where t.id = u.id": "using",
    "copy t to 'x.csv'": "copy",
    "select * from t positional join t as u": "positional",
    "select $x": "$x",
}


@pytest.fixture(scope="module")
def twin() -> Twin:
    twin = Twin()
    twin.apply("create table t (id bigint, day date)")
    return twin


@pytest.mark.parametrize("sql", REFUSED)
def test_a_construct_outside_of_the_set_is_named(sql: str, twin: Twin) -> None:
    with pytest.raises(UntranslatableError) as caught:
        translate(sql, twin)
    assert REFUSED[sql] in str(caught.value).lower() or REFUSED[sql] in str(caught.value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "CAST(NULL AS INT)"),
        (True, "TRUE"),
        (-5, "(\n    -5\n  )"),
        ("it's; drop table t --\\", "'it''s; drop table t --\\'"),
        ("$y ? %s :z", "'$y ? %s :z'"),
        (Decimal("-0.50"), "CAST('-0.50' AS NUMERIC(3, 2))"),
        (1.5, "CAST('1.5' AS FLOAT)"),
        (dt.date(2024, 1, 31), "CAST('2024-01-31' AS DATE)"),
        (
            dt.datetime.fromisoformat("2024-01-31T10:00:00"),
            "CAST('2024-01-31 10:00:00.000000' AS TIMESTAMP)",
        ),
        (uuid.UUID(int=7), "CAST('00000000-0000-0000-0000-000000000007' AS UUID)"),
    ],
)
def test_a_value_is_a_literal_of_its_type(value: Any, written: str, twin: Twin) -> None:
    assert translate("select $x as x", twin, {"x": value}).sql == f'SELECT\n  {written} AS "x"'


@pytest.mark.parametrize(
    "value",
    [float("inf"), float("nan"), b"x", {"a": 1}, "nul\x00", dt.datetime.now(dt.UTC), object()],
)
def test_other_values_are_refused_and_not_told(value: Any, twin: Twin) -> None:
    with pytest.raises(UntranslatableError) as caught:
        translate("select $x as x", twin, {"x": value})
    assert repr(value) not in str(caught.value)


def test_statements_say_what_they_do(twin: Twin) -> None:
    made = translate("create or replace temp table w as select id, null as x from t", twin)
    assert (made.kind, made.table, made.replaces) == ("create_temp", (None, "w"), True)
    assert dict(made.columns) == {"id": "INT", "x": "INT"}
    assert made.sql.endswith(made.body)
    kinds = {
        "create temp type b as enum ('x')": "ignored",
        "describe select id from t": "describe",
        "select * from duckdb_tables()": "catalog",
        "drop table if exists temp.w": "drop_temp",
        "drop table s.w": "drop_table",
        "create schema if not exists s": "create_schema",
        "create or replace view s.v as select id from t": "create_view",
        "alter table s.w add column c varchar": "alter",
        "comment on column s.w.c is 'it'": "comment",
        "delete from t where id in (select id from t)": "delete",
    }
    assert {sql: translate(sql, twin).kind for sql in kinds} == kinds

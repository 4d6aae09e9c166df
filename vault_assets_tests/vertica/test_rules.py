"""What the stand-in refuses as Vertica does, and what it computes as Vertica does."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from vertica_python import errors

from vault_assets_tests.vertica_server.server import Server

_VECTORS = Path(__file__).parents[1] / "hashing" / "golden_hashes.yaml"
_GOLDEN = yaml.safe_load(_VECTORS.read_text(encoding="utf-8"))
Run = Callable[..., list[list[Any]]]
HUB = (
    "create table {} (hk uuid not null, code varchar(20), load_ts timestamp not null, "
    "primary key (hk)) order by hk segmented by hash(hk) all nodes "
    "partition by load_ts::date group by calendar_hierarchy_day(load_ts::date, 2, 2)"
)


@pytest.fixture
def tables(run: Run) -> Run:
    run("drop schema if exists rv cascade", "create schema rv")
    run("create table rv.t (a int, b varchar(9))", "insert into rv.t values (1, 'x')", "commit")
    return run


@pytest.mark.parametrize(
    "sql",
    [
        "insert into rv.t values (1, 'x'), (2, 'y')",
        "select * from (values (1), (2)) as v(x)",
        "values (1)",
        "select a from rv.t qualify row_number() over (order by a) = 1",
        "create or replace table rv.t (a int)",
        "create or replace table rv.u as select 1 as a",
        "insert into rv.t values (1, 'x') on conflict do nothing",
        "insert or replace into rv.t values (1, 'x')",
        "insert into rv.t values (1, 'x') returning a",
        "select * exclude (b) from rv.t",
        "select * replace (1 as a) from rv.t",
        "select a, count(*) from rv.t group by all",
        "select a from rv.t order by all",
        "select a from rv.t order by a nulls first",
        "select a from rv.t order by a desc nulls last",
        "from rv.t",
        "from rv.t select a",
        "delete from rv.t using rv.t u where t.a = u.a",
        "create table rv.u (a int) order by a desc",
        "create table rv.u as select a from rv.t partition by a",
        "create table rv.u (a int) segmented by hash(a)",
        "create table rv.u (a int) partition by a order by a",
        "create table rv.u (a int,,)",
        "select count(*) filter (where a > 1) from rv.t",
        "select * from rv.t asof join rv.t u on t.a >= u.a",
        "select * from rv.t semi join rv.t u on t.a = u.a",
        "select * from rv.t anti join rv.t u on t.a = u.a",
        "select try_cast(b as int) from rv.t",
        "select [1, 2]",
        "select {'a': 1}",
        "select x -> x + 1",
        "select a from rv.t where a is distinct from 1",
        "select * from (select a from rv.t)",
        "select distinct on (a) a from rv.t",
        (
            "merge into rv.t using rv.t u on t.a = u.a when matched and u.a = 1 "
            "then update set b = 'x' when matched then delete"
        ),
        "pragma database_list",
        "attach 'x'",
        "install httpfs",
        "describe rv.t",
        "summarize rv.t",
        "alter table rv.t rename to",
        "selec 1",
    ],
)
def test_sql_of_others_is_a_syntax_error(tables: Run, sql: str) -> None:
    with pytest.raises(errors.VerticaSyntaxError):
        tables(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select list_value(1)",
        "select struct_pack(1)",
        "select read_csv('x')",
        "select * from range(3)",
        "select approx_count_distinct(a) from rv.t",
        "select string_agg(b, ',') from rv.t",
        "select unnest(a) from rv.t",
        "select date_diff('day', now(), now())",
    ],
)
def test_functions_of_duckdb_do_not_exist(tables: Run, sql: str) -> None:
    with pytest.raises(errors.QueryError) as caught:
        tables(sql)
    assert caught.value.sqlstate in {"42883", "42601"}


def test_nulls_sort_by_type(run: Run) -> None:
    run(
        "create local temporary table n (i int, t varchar(3), f float, d date) "
        "on commit preserve rows"
    )
    run("insert into n values (1, 'a', 1, date '2024-01-01')", "insert into n (i) values (null)")
    for column, first in (("i", True), ("d", True), ("t", False), ("f", False)):
        for order, expected in (("asc", first), ("desc", not first)):
            rows = run(f"select {column} from n order by {column} {order}")
            assert (rows[0] == [None]) is expected, (column, order)
        assert run(f"select distinct {column} x from n order by x")[0 if first else 1] == [None]
        union = f"select {column} from n union select {column} from n order by 1"
        assert run(union)[0 if first else 1] == [None]


def test_nulls_in_windows_are_last_ascending_and_first_descending(run: Run) -> None:
    run("create local temporary table w (i int) on commit preserve rows")
    run("insert into w values (1)", "insert into w values (null)")
    sql = "select i, row_number() over (order by i {}) from w order by 2"
    assert run(sql.format("")) == [[1, 1], [None, 2]]
    assert run(sql.format("desc")) == [[None, 1], [1, 2]]
    assert run(sql.format("desc nulls last")) == [[1, 1], [None, 2]]


def test_ignore_nulls_is_not_lost(run: Run) -> None:
    run("create local temporary table g (n int, i int) on commit preserve rows")
    run("insert into g select 1, 5 union all select 2, null")
    both = "last_value(i ignore nulls) over (order by n), last_value(i) over (order by n)"
    assert run(f"select n, {both} from g order by n") == [[1, 5, 5], [2, 5, None]]


def test_whole_numbers_divide_to_numeric(tables: Run) -> None:
    assert tables("select 7/2, 7//2, 7::float/2, 1/null") == [
        [Decimal("3.500000000000000000"), 3, 3.5, None]
    ]
    tables("insert into rv.t values (4, 'y')")
    found = tables("select sum(a)/count(*), sum(a)::float/nullif(0, 0) from rv.t")
    assert found == [[Decimal("2.500000000000000000"), None]]


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("'1.5'::!int", None),
        ("' 12 '::!int", 12),
        ("'x'::!date", None),
        ("1 <=> null", False),
        ("null <=> null", True),
        ("datediff('day', date '2024-01-01', date '2024-03-01')", 60),
        ("datediff(hour, timestamp '2024-01-01', timestamp '2024-01-02')", 24),
        ("timestampdiff('minute', timestamp '2024-01-01', timestamp '2024-01-01 01:00')", 60),
        ("timestampadd('day', 1, timestamp '2024-02-28')::date::varchar", "2024-02-29"),
        ("to_char(timestamp '2024-02-01 15:04:05', 'YYYY-MM-DD HH24:MI:SS.US')",
         "2024-02-01 15:04:05.000000"),
        ("hex_to_binary('0x4142')", b"AB"),
        ("md5('a')::uuid::varchar", "0cc175b9-c0f1-b6a8-31c3-99e269772661"),
        ("left(sha256('a'), 32)::uuid::varchar", "ca978112-ca1b-bdca-fac2-31b39a23dc4d"),
        ("greatest(1, null)", None),
        ("concat('a', 'b') || 'c'", "abc"),
        ("decode(2, 1, 'x', 2, 'y', 'z')", "y"),
        ("true::varchar", "t"),
        ("'' is null", False),
        ("e'a\\tb\\047\\x41'", "a\tb'A"),
        ("nvl(null, 3)", 3),
        ("regexp_replace('aXbX', 'X', '-')", "a-b-"),
    ],
)  # fmt: skip
def test_functions_answer_as_vertica_does(run: Run, sql: str, value: Any) -> None:
    assert run(f"select {sql}") == [[value]]


def test_listagg_orders_and_has_a_longest_result(tables: Run) -> None:
    tables("insert into rv.t values (2, 'b')", "insert into rv.t values (3, 'a')")
    sql = (
        "select listagg(b using parameters separator='{}', max_length={}) "
        "within group (order by b) from rv.t"
    )
    assert tables(sql.format("", 65000)) == [["abx"]]
    assert tables(sql.format("; ", 65000)) == [["a; b; x"]]
    assert tables("select listagg(b) within group (order by b desc) from rv.t") == [["x,b,a"]]
    with pytest.raises(errors.QueryError) as caught:
        tables(sql.format("", 2))
    assert caught.value.sqlstate == "22001"


def test_limit_over_takes_the_newest_per_key(tables: Run) -> None:
    tables("insert into rv.t values (1, 'y')", "insert into rv.t values (2, 'z')")
    sql = "select a, b from rv.t limit 1 over (partition by a order by b desc)"
    assert sorted(tables(sql)) == [[1, "y"], [2, "z"]]


def test_a_layout_is_kept_and_the_primary_key_not_enforced(tables: Run, server: Server) -> None:
    tables(HUB.format("rv.hub"))
    layout = server.table("rv.hub").layout  # pyright: ignore[reportOptionalMemberAccess]
    assert layout.order_by == "hk"
    assert layout.segmented_by == "segmented by hash(hk) all nodes"
    assert layout.partition_by.startswith("load_ts::date group by calendar_hierarchy_day")
    row = "insert into rv.hub values (md5('a')::uuid, 'a', timestamp '2024-01-01')"
    tables(row, row)
    with pytest.raises(errors.QueryError) as caught:
        tables("insert into rv.hub values (null, 'a', timestamp '2024-01-01')")
    assert caught.value.sqlstate == "22004"


def test_an_enabled_key_is_enforced(tables: Run) -> None:
    tables("create table rv.k (a int primary key enabled)", "insert into rv.k values (1)")
    with pytest.raises(errors.QueryError) as caught:
        tables("insert into rv.k values (1)")
    assert caught.value.sqlstate == "23505"


def test_a_hub_loads_once_and_null_keys_stay_out(tables: Run) -> None:
    tables(
        HUB.format("rv.hub"), "create table rv.stage (code varchar(20), load_ts timestamp, n int)"
    )
    for code, n in (("'a'", 1), ("'a'", 2), ("'b'", 3), ("null", 4)):
        tables(f"insert into rv.stage values ({code}, timestamp '2024-01-01', {n})")
    load = (
        "insert into rv.hub (hk, code, load_ts) select q.hk, q.code, q.load_ts from ("
        "select md5(s.code)::uuid as hk, s.code, s.load_ts, row_number() over ("
        "partition by s.code order by s.load_ts, s.n) as rn from rv.stage s "
        "where s.code is not null) q where q.rn = 1 and not exists ("
        "select 1 from rv.hub h where h.hk = q.hk)"
    )
    assert tables(load) == [[2]]
    assert tables(load) == [[0]]


def test_partitions_swap_between_equal_layouts_only(tables: Run) -> None:
    tables(HUB.format("rv.hub"), "create table rv.new like rv.hub including projections")
    row = "insert into rv.{} values (md5('a')::uuid, '{}', timestamp '{} 10:00')"
    tables(row.format("hub", "old", "2024-01-01"), row.format("hub", "kept", "2024-01-02"))
    tables(row.format("new", "new", "2024-01-01"), "commit")
    swap = "select swap_partitions_between_tables('rv.{}', '2024-01-01', '2024-01-01', 'rv.hub')"
    tables(swap.format("new"))
    assert tables("select code from rv.hub order by load_ts") == [["new"], ["kept"]]
    assert tables("select code from rv.new") == [["old"]]
    tables("select drop_partitions('rv.hub', '2024-01-02', '2024-01-02')")
    assert tables("select code from rv.hub") == [["new"]]
    tables("create table rv.other like rv.hub")
    with pytest.raises(errors.QueryError, match="unequal layout"):
        tables(swap.format("other"))


def test_a_mart_is_replaced_by_renaming_at_once(tables: Run) -> None:
    tables("create table rv.m (a int)", "create table rv.m_new (a int)")
    tables("insert into rv.m_new values (2)", "commit")
    tables("alter table rv.m, rv.m_new rename to m_old, m", "drop table rv.m_old cascade")
    assert tables("select a from rv.m") == [[2]]
    with pytest.raises(errors.DuplicateObject):
        tables("alter table rv.m rename to t")


def test_added_columns_keep_rows_and_their_length(tables: Run) -> None:
    tables("alter table rv.t add column c varchar(2) default 'q'")
    assert tables("select * from rv.t") == [[1, "x", "q"]]
    with pytest.raises(errors.QueryError):
        tables("insert into rv.t values (1, 'x', 'жж')")
    sql = "select column_name, data_type from v_catalog.columns where table_schema = 'rv'"
    assert tables(sql + " order by ordinal_position") == [
        ["a", "int"], ["b", "varchar(9)"], ["c", "varchar(2)"],
    ]  # fmt: skip
    assert tables("select table_name from v_catalog.tables where table_schema = 'rv'") == [["t"]]


def test_temporary_tables_lose_their_rows_unless_they_preserve_them(run: Run) -> None:
    run("create local temporary table gone (a int)", "insert into gone values (1)")
    assert run("select a from gone") == [[1]]
    run("commit")
    assert run("select a from gone") == []


def test_merge_updates_and_inserts_but_not_from_duplicates(tables: Run) -> None:
    merge = (
        "merge into rv.t using ({}) s on t.a = s.a when matched then update set b = s.b "
        "when not matched then insert (a, b) values (s.a, s.b)"
    )
    assert tables(merge.format("select 1 as a, 'n' as b union all select 2, 'm'")) == [[2]]
    assert tables("select a, b from rv.t order by a") == [[1, "n"], [2, "m"]]
    with pytest.raises(errors.QueryError) as caught:
        tables(merge.format("select 1 as a, 'n' as b union all select 1, 'm'"))
    assert caught.value.sqlstate == "23505"


def test_views_and_statistics(tables: Run) -> None:
    tables("create or replace view rv.v as select a, lead(b) over (order by a) as next from rv.t")
    assert tables("select * from rv.v") == [[1, None]]
    assert tables("select analyze_statistics('rv.t')") == [["0"]]
    with pytest.raises(errors.MissingRelation):
        tables("select analyze_statistics('rv.nothing')")


@pytest.mark.parametrize("group", ["keys", "hashdiffs"])
def test_golden_texts_give_their_golden_hashes(run: Run, group: str) -> None:
    texts = [(v["text"], v["md5"], v["sha256"]) for v in _GOLDEN[group]]
    hashes = "md5(t.x)::uuid, left(sha256(t.x), 32)::uuid"
    rows = " union all ".join(["select %s::varchar(4000) as x, %s::int as n"] * len(texts))
    values = [value for n, (text, *_) in enumerate(texts) for value in (text, n)]
    found = run(f"select {hashes} from ({rows}) t order by t.n", parameters=values)
    assert found == [[UUID(md5), UUID(sha)] for _, md5, sha in texts]


def test_a_definition_that_fails_half_way_leaves_nothing(tables: Run) -> None:
    tables("create view rv.v1 as select 1 as x")
    with pytest.raises(errors.QueryError):
        tables("drop view rv.v1, rv.nothing")
    assert tables("commit", "select * from rv.v1") == [[1]]
    tables("alter table rv.t add column d date")
    with pytest.raises(errors.QueryError):
        tables("alter table rv.t alter column b set data type int")
    assert tables("select b from rv.t") == [["x"]]

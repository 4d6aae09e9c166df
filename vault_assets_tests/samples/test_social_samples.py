"""The sample files of warehouse `social`: what they promise to every loader that reads them."""

import csv
import datetime as dt
import hashlib
from pathlib import Path

import duckdb
import pytest

from vault_assets.errors import SettingsError
from vault_assets.samples import social

SMALL = 0.02
NEXT_DAY = social.FIRST_DATE + dt.timedelta(days=1)
KEYS = {"users": "id", "groups": "id", "dialogs": "message_id"}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return loaded(tmp_path_factory.mktemp("first"), social.FIRST_DATE)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return loaded(tmp_path_factory.mktemp("second"), NEXT_DAY)


def loaded(folder: Path, date: dt.date) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for path in social.generate(folder, scale=SMALL, date=date, broken=False):
        con.execute(
            f"create table {path.stem} as from read_csv('{path}', header = true, delim = ',', "
            "quote = '\"', escape = '\"', all_varchar = true, hive_partitioning = false)"
        )
    return con


def one(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[object, ...]:
    row = con.execute(sql).fetchone()
    assert row is not None
    return row


def count(con: duckdb.DuckDBPyConnection, sql: str) -> object:
    return one(con, f"select count(*) from {sql}")[0]


def digests(paths: list[Path]) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def test_files_lie_under_the_keys_of_their_table_and_date(tmp_path: Path) -> None:
    paths = social.generate(tmp_path, scale=0.001)
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        f"social/{table}/load_date=2021-06-21/{table}.csv"
        for table in ("users", "groups", "dialogs", "group_log")
    ]


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    again = social.generate(tmp_path / "a", scale=SMALL, seed=3)
    assert digests(again) == digests(social.generate(tmp_path / "b", scale=SMALL, seed=3))


def test_another_seed_is_another_network(tmp_path: Path) -> None:
    one_seed = social.generate(tmp_path / "a", scale=SMALL, seed=1)
    other_seed = social.generate(tmp_path / "b", scale=SMALL, seed=2)
    for ours, theirs in zip(one_seed, other_seed, strict=True):
        same = ours.read_bytes() == theirs.read_bytes()
        assert same == (ours.stem == "groups"), "the groups of a small sample are all real"


def test_scale_sets_the_number_of_rows(first: duckdb.DuckDBPyConnection) -> None:
    rows = {table: count(first, table) for table in social.TABLES}
    assert rows == {"users": 2_000, "groups": 20, "dialogs": 20_000, "group_log": 10_000}


def test_the_250_real_groups_come_first_as_they_are(tmp_path: Path) -> None:
    social.generate(tmp_path, scale=0.25, broken=False)
    made = next(tmp_path.glob("social/groups/*/groups.csv")).read_text(encoding="utf-8")
    real = (Path(social.__file__).parent / "data" / "groups.csv").read_text(encoding="utf-8")
    without_admin = [[row[0], *row[2:]] for row in csv.reader(made.splitlines())]
    assert without_admin == [[row[0], *row[2:]] for row in csv.reader(real.splitlines())]
    assert any(row[1] != row[1].strip() for row in without_admin)


def test_real_admins_keep_their_id_where_there_are_enough_users(tmp_path: Path) -> None:
    social.generate(tmp_path, scale=0.25, broken=False)
    made = next(tmp_path.glob("social/groups/*/groups.csv")).read_text(encoding="utf-8")
    admins = {row["id"]: int(row["admin_id"]) for row in csv.DictReader(made.splitlines())}
    assert admins["0"] == 18583
    assert admins["2"] == (89388 - 1) % 25_000 + 1


def test_keys_are_unique(second: duckdb.DuckDBPyConnection) -> None:
    for table, key in KEYS.items():
        assert one(second, f"select count(*) = count(distinct {key}) from {table}") == (True,)


@pytest.mark.parametrize(
    "reference",
    [
        "groups anti join users on admin_id = users.id",
        "group_log anti join users on user_id = users.id",
        "group_log anti join groups on group_id = groups.id",
        "dialogs anti join users on message_from = users.id",
        "dialogs anti join users on message_to = users.id",
        "dialogs anti join groups on coalesce(split_part(message_group, '.', 1), '0') = groups.id",
    ],
)
def test_every_reference_is_known(second: duckdb.DuckDBPyConnection, reference: str) -> None:
    assert count(second, reference) == 0


@pytest.mark.parametrize(
    ("quirk", "table", "condition"),
    [
        ("decimal age", "users", "regexp_full_match(age, '\\d+\\.0')"),
        ("no age", "users", "age is null"),
        ("no name", "users", "chat_name is null"),
        ("no country", "users", "country is null"),
        ("comma in a country", "users", "contains(country, ',')"),
        ("Cyrillic name", "users", "regexp_matches(chat_name, '[^ -~]')"),
        ("edge blank", "users", "chat_name <> trim(chat_name)"),
        ("quote in a name", "users", "contains(chat_name, '\"')"),
        ("fraction of a second", "users", "len(registration_dt) = 26"),
        ("no fraction", "users", "len(registration_dt) = 19"),
        ("group of id 0", "groups", "id = '0'"),
        ("private group", "groups", "is_private = '1'"),
        ("decimal group", "dialogs", "regexp_full_match(message_group, '\\d+\\.0')"),
        ("private message", "dialogs", "message_group is null"),
        ("no text", "dialogs", "message is null"),
        ("comma", "dialogs", "contains(message, ',')"),
        ("quote", "dialogs", "contains(message, '\"')"),
        ("line break", "dialogs", "contains(message, chr(10))"),
        ("creation", "group_log", "event = 'create'"),
        ("addition", "group_log", "event = 'add' and user_id_from is null"),
        ("invitation", "group_log", "event = 'add' and user_id_from is not null"),
        ("leave", "group_log", "event = 'leave'"),
    ],
)
def test_the_quirk_occurs(
    first: duckdb.DuckDBPyConnection, quirk: str, table: str, condition: str
) -> None:
    found = count(first, f"{table} where {condition}")
    assert found, quirk


def test_the_log_repeats_lines_and_pairs(first: duckdb.DuckDBPyConnection) -> None:
    lines = "select group_id, user_id, event, datetime from group_log"
    assert one(first, f"select count(*) > count(distinct t) from ({lines}) as t") == (True,)
    again = "group_log where event = 'add' group by group_id, user_id having count(*) > 1"
    assert first.execute(f"select 1 from {again} limit 1").fetchall()


def test_nothing_happens_before_the_network_or_after_the_load(
    second: duckdb.DuckDBPyConnection,
) -> None:
    for table, column in (
        ("users", "registration_dt"),
        ("groups", "registration_dt"),
        ("dialogs", "message_ts"),
        ("group_log", "datetime"),
    ):
        lowest, highest = one(second, f"select min({column}), max({column}) from {table}")
        assert str(lowest) >= str(social.NETWORK_START)
        assert str(highest) < str(NEXT_DAY)


def test_the_ten_oldest_groups_convert_visibly_differently(
    first: duckdb.DuckDBPyConnection,
) -> None:
    conversions = first.execute("""
        with oldest as (
            select id from groups order by registration_dt limit 10
        ), added as (
            select group_id as id, count(distinct user_id) as users
            from group_log where event = 'add' group by group_id
        ), writers as (
            select split_part(message_group, '.', 1) as id, count(distinct message_from) as users
            from dialogs group by all
        )
        select writers.users / added.users from oldest join added using (id) join writers using (id)
    """).fetchall()
    shares = [share for (share,) in conversions]
    assert len(shares) == 10
    assert min(shares) > 0.15
    assert max(shares) < 0.8
    assert max(shares) - min(shares) > 0.2


def test_the_next_day_holds_the_rows_of_the_first_and_one_percent_more(
    first: duckdb.DuckDBPyConnection, second: duckdb.DuckDBPyConnection
) -> None:
    rows = {table: count(second, table) for table in social.TABLES}
    assert rows == {"users": 2_020, "groups": 20, "dialogs": 20_200, "group_log": 10_100}
    for table, columns in (("users", "id"), ("groups", "id"), ("dialogs", "*"), ("group_log", "*")):
        before = first.execute(f"select {columns} from {table}").fetchall()
        now = second.execute(f"select {columns} from {table}").fetchall()
        assert set(before) <= set(now), table


@pytest.mark.parametrize(
    ("table", "column"),
    [("users", "chat_name"), ("users", "age"), ("groups", "group_name"), ("groups", "admin_id")],
)
def test_something_known_changed_on_the_next_day(
    first: duckdb.DuckDBPyConnection,
    second: duckdb.DuckDBPyConnection,
    table: str,
    column: str,
) -> None:
    sql = f"select id, {column} from {table} order by id::bigint"
    before = dict(first.execute(sql).fetchall())
    now = dict(second.execute(sql).fetchall())
    changed = [key for key in before if before[key] != now[key]]
    assert 0 < len(changed) < max(10, len(before) // 10)


def test_registrations_never_change(
    first: duckdb.DuckDBPyConnection, second: duckdb.DuckDBPyConnection
) -> None:
    for table in ("users", "groups"):
        sql = f"select id, registration_dt from {table}"
        assert set(first.execute(sql).fetchall()) <= set(second.execute(sql).fetchall())


def test_a_delta_holds_what_the_day_before_did_not(tmp_path: Path) -> None:
    before = social.generate(tmp_path / "before", scale=SMALL, broken=False)
    after = social.generate(tmp_path / "after", scale=SMALL, date=NEXT_DAY, broken=False)
    delta = social.delta(tmp_path / "delta", scale=SMALL, date=NEXT_DAY)
    for old, new, change in zip(before, after, delta, strict=True):
        changed = records(new) - records(old)
        assert changed <= records(change) <= records(new), old.stem
        assert len(records(change)) <= len(changed) + 5, old.stem


def test_the_delta_of_the_first_date_is_the_snapshot(tmp_path: Path) -> None:
    whole = social.generate(tmp_path / "whole", scale=0.001, broken=False)
    delta = social.delta(tmp_path / "delta", scale=0.001, date=social.FIRST_DATE)
    assert digests(whole) == digests(delta)


def records(path: Path) -> set[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        return set(map(tuple, list(csv.reader(file))[1:]))


def test_the_broken_lines_end_each_file(tmp_path: Path) -> None:
    good = social.generate(tmp_path / "good", scale=0.001, broken=False)
    bad = social.generate(tmp_path / "bad", scale=0.001)
    for whole, broken in zip(good, bad, strict=True):
        lines = "".join(f"{bad_line.line}\n" for bad_line in social.BROKEN[whole.stem])
        assert broken.read_text("utf-8") == whole.read_text("utf-8") + lines


@pytest.mark.parametrize(
    ("scale", "date"),
    [(0.0, social.FIRST_DATE), (-1.0, social.FIRST_DATE), (1.0, dt.date(2021, 6, 20))],
)
def test_impossible_arguments_are_refused(tmp_path: Path, scale: float, date: dt.date) -> None:
    with pytest.raises(SettingsError):
        social.generate(tmp_path, scale=scale, date=date)
    assert not list(tmp_path.iterdir())

"""The sample files of warehouse `engagement` have the quirks that loaders must bear."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from vault_assets.errors import SettingsError
from vault_assets.samples import engagement

SMALL = 0.05
NEXT_DAY = engagement.FIRST_DATE + dt.timedelta(days=1)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    paths = engagement.generate(tmp_path_factory.mktemp("first"), scale=SMALL, broken=False)
    for table, path in zip(engagement.FILES, paths, strict=True):
        con.execute(
            f"create table {table} as from read_csv('{path}', header = true, all_varchar = true, "
            "hive_partitioning = false)"
        )
    return con


def one(con: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = con.execute(sql).fetchone()
    assert row is not None
    return row[0]


def test_files_lie_under_the_keys_of_their_table_and_date(tmp_path: Path) -> None:
    paths = engagement.generate(tmp_path, scale=0.001, date=NEXT_DAY)
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "engagement/events/etl_date=2022-03-02/events.csv",
        "engagement/payments/etl_date=2022-03-02/payments_data.csv",
        "engagement/posts/etl_date=2022-03-02/posts.csv",
    ]


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    def made(name: str, seed: int) -> list[bytes]:
        paths = engagement.generate(tmp_path / name, scale=SMALL, seed=seed)
        return [path.read_bytes() for path in paths]

    assert made("a", 3) == made("b", 3)
    assert all(ours != theirs for ours, theirs in zip(made("a", 3), made("c", 4), strict=True))


def test_a_later_date_has_the_same_lines_and_more(tmp_path: Path) -> None:
    days = {}
    for date in (engagement.FIRST_DATE, NEXT_DAY):
        paths = engagement.generate(tmp_path, scale=SMALL, date=date, broken=False)
        days[date] = [path.read_text().splitlines() for path in paths]
    for ours, theirs in zip(*days.values(), strict=True):
        assert theirs[: len(ours)] == ours
        assert len(theirs) > len(ours)
        assert len(set(theirs)) == len(theirs)


def test_each_file_ends_with_its_broken_lines(tmp_path: Path) -> None:
    paths = engagement.generate(tmp_path, scale=0.001)
    for path, bad in zip(paths, engagement.BROKEN.values(), strict=True):
        assert path.read_text().splitlines()[-len(bad) :] == [item.line for item in bad]


def test_scale_sets_the_number_of_rows(first: duckdb.DuckDBPyConnection) -> None:
    rows = {table: one(first, f"select count(*) from {table}") for table in engagement.FILES}
    assert rows == {"events": 1_000, "payments": 500, "posts": 800}


@pytest.mark.parametrize(
    "claim",
    [
        "count(*) = count(distinct id) from posts",
        "min(strptime(posted_at, '%Y-%m-%d %H:%M:%S')) >= '2021-10-01' from posts",
        "max(timestamp) < '2022-03-02' from events",
        "count(distinct timestamp[:10]) = 152 from events",
        "bool_and(coalesce(scheduled_at <= posted_at, true)) from posts",
        "count(*) filter (scheduled_at is null) / count(*) between 0.25 and 0.35 from posts",
        "bool_or(scheduled_at[:10] < posted_at[:10]) from posts",
        "count(distinct type) = 7 from posts",
        "count(distinct active) = 2 and count(distinct delivered) = 2 from posts",
        "bool_and((platform is null) or event = 'scheduled_at_best_time') from events",
        "bool_and((hashtag_count is null) = (event = 'scheduled_at_best_time')) from events",
        "bool_and(regexp_full_match(hashtag_count, '\\d+\\.0')) from events",
        "max(hashtag_count::double) = 30 and min(hashtag_count::double) = 1 from events",
        "bool_and(try_cast(user_id as bigint) is not null) from events",
        "bool_or(user_id like '-%') from events",
        "bool_or(user_id::bigint::double::bigint <> user_id::bigint) from events",
        "max(n) = 6 from (select count(*) as n from payments group by id)",
        "bool_or(length(total) > 15) and bool_or(total = '0.0') from payments",
        "bool_and(total = subtotal and date = received_at) from payments",
        "bool_or(starting_balance like '-%') from payments",
        "count(*) filter (ending_balance is null) / count(*) between 0.25 and 0.35 from payments",
        "count(description) + count(line_ids) + count(webhooks_delivered_at) = 0 from payments",
        "bool_and(currency = 'usd' and paid = 'True' and forgiven = 'False') from payments",
        "count(*) > 0 from (select user_id from events except select user_id from payments)",
        "count(*) > 0 from (select user_id from payments except select user_id from posts)",
        "count(*) > 0 from (select user_id from events intersect select user_id from payments)",
    ],
)
def test_quirks(first: duckdb.DuckDBPyConnection, claim: str) -> None:
    assert one(first, f"select {claim}") is True


@pytest.mark.parametrize("arguments", [{"scale": 0}, {"scale": 601}, {"date": dt.date(2022, 1, 1)}])
def test_impossible_samples_are_refused(tmp_path: Path, arguments: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        engagement.generate(tmp_path, **arguments)  # pyright: ignore[reportArgumentType]

"""The sample files of warehouse `audio`: what they promise to every loader that reads them."""

import datetime as dt
import gzip
import hashlib
from pathlib import Path

import duckdb
import pytest

from vault_assets.errors import SettingsError
from vault_assets.samples import audio

SMALL = 0.02
NEXT_DAY = audio.FIRST_DATE + dt.timedelta(days=1)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The first two days: a view per stream with the lines as JSON."""
    folder = tmp_path_factory.mktemp("days")
    for date in (audio.FIRST_DATE, NEXT_DAY):
        audio.generate(folder, scale=SMALL, date=date, broken=False)
    con = duckdb.connect()
    for stream in audio.STREAMS:
        con.execute(
            f"create table {stream} as select *, filename as key from read_json_objects("
            f"'{folder}/audio/{stream}/**/*.jsonl*', format = 'newline_delimited', "
            "filename = true, hive_partitioning = false)"
        )
    return con


def value(con: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = con.execute(sql).fetchone()
    assert row is not None
    return row[0]


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.jsonl*")
    }


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        audio.generate(tmp_path / name, scale=0.002, seed=seed)
    assert digests(tmp_path / "a") == digests(tmp_path / "b") != digests(tmp_path / "c")


def test_objects_lie_by_stream_date_and_hour_and_some_are_compressed(tmp_path: Path) -> None:
    keys = [path.relative_to(tmp_path).as_posix() for path in audio.generate(tmp_path, scale=0.01)]
    assert "audio/listen_events/date=2024-05-01/hour=12/events.jsonl.gz" in keys
    assert "audio/listen_events/date=2024-05-01/hour=13/events.jsonl" in keys
    assert {key.split("/")[1] for key in keys} == set(audio.STREAMS)


def test_date_and_hour_of_a_key_are_those_of_its_events(days: duckdb.DuckDBPyConnection) -> None:
    for stream in audio.STREAMS:
        wrong = value(
            days,
            f"select count(*) from {stream} where not contains(key, strftime(make_timestamp("
            "(json ->> 'ts')::bigint * 1000), 'date=%Y-%m-%d/hour=%H'))",
        )
        assert wrong == 0, stream


def test_a_stream_without_events_has_one_empty_object(tmp_path: Path) -> None:
    audio.generate(tmp_path, scale=0.0001, broken=False)
    found = list((tmp_path / "audio" / "status_change_events").rglob("*.jsonl*"))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("quirk", "stream", "condition"),
    [
        ("user is empty", "auth_events", "json ->> 'userId' = ''"),
        ("user is absent", "auth_events", "not json_exists(json, '$.userId')"),
        ("failed login", "auth_events", "json ->> 'success' = 'false'"),
        ("agent in quotes", "listen_events", "json ->> 'userAgent' like '\"%\"'"),
        ("bare agent", "listen_events", "json ->> 'userAgent' not like '\"%'"),
        ("no place", "listen_events", "not json_exists(json, '$.city')"),
        ("zero in front", "listen_events", "json ->> 'zip' = '07836'"),
        ("time as a float", "listen_events", "json ->> 'registration' like '%.0'"),
        ("encoded twice", "listen_events", "json ->> 'artist' = 'BjÃ¶rk'"),
        ("encoded once", "listen_events", "json ->> 'artist' = 'Björk'"),
        ("tag", "page_view_events", "json_exists(json, '$.tag')"),
        ("error", "page_view_events", "(json ->> 'status')::int = 404"),
        ("upgrade", "status_change_events", "json ->> 'level' = 'free'"),
    ],
)
def test_the_quirk_occurs(
    days: duckdb.DuckDBPyConnection, quirk: str, stream: str, condition: str
) -> None:
    assert value(days, f"select count(*) from {stream} where {condition}"), quirk


def test_two_of_twelve_users_begin_as_paid(days: duckdb.DuckDBPyConnection) -> None:
    share = value(
        days,
        "select avg((level = 'paid')::int) from (select json ->> 'userId' as u, "
        "arg_min(json ->> 'level', (json ->> 'ts')::bigint) as level from page_view_events "
        "where coalesce(json ->> 'userId', '') <> '' group by 1)",
    )
    assert share == pytest.approx(2 / 12, abs=0.03)


def test_user_keys_are_there_only_while_logged_in(days: duckdb.DuckDBPyConnection) -> None:
    wrong = value(
        days,
        "select count(*) from page_view_events where (json ->> 'auth' = 'Logged In') "
        "<> (coalesce(json ->> 'userId', '') <> '')",
    )
    assert wrong == 0


def test_sessions_have_no_idle_half_hour_and_some_pass_midnight(
    days: duckdb.DuckDBPyConnection,
) -> None:
    gaps = """
        select max(gap), max(last_day - first_day) from (
            select ts - lag(ts) over (partition by s order by ts) as gap,
                min(ts // 86400000) over (partition by s) as first_day,
                max(ts // 86400000) over (partition by s) as last_day
            from (select (json ->> 'ts')::bigint as ts, json ->> 'sessionId' as s
                  from page_view_events))
    """
    (longest, days_passed) = days.execute(gaps).fetchall()[0]
    assert longest < 30 * 60_000
    assert days_passed == 1


def test_the_level_of_a_user_changes_with_a_plan_change_and_not_else(
    days: duckdb.DuckDBPyConnection,
) -> None:
    changed = """
        select count(*) from (
            select level <> lag(level) over (partition by u order by ts) as changed
            from (select distinct (json ->> 'ts')::bigint as ts, json ->> 'userId' as u,
                         json ->> 'level' as level
                  from page_view_events where coalesce(json ->> 'userId', '') <> '')
        ) where changed
    """
    told = value(days, "select count(distinct json ->> 'ts') from status_change_events")
    seen = value(days, changed)
    assert isinstance(seen, int)
    assert isinstance(told, int)
    assert 0 < told - 1 <= seen <= told


def test_every_song_page_has_its_listen_event(days: duckdb.DuckDBPyConnection) -> None:
    missing = """
        select count(*) from page_view_events as p where (json ->> 'page') = 'NextSong'
        and not exists (select 1 from listen_events as l where (l.json ->> 'ts') = (p.json ->> 'ts')
                        and (l.json ->> 'sessionId') = (p.json ->> 'sessionId'))
    """
    assert value(days, missing) == 0


def test_each_stream_ends_with_the_broken_lines(tmp_path: Path) -> None:
    audio.generate(tmp_path, scale=0.002)
    for stream in audio.STREAMS:
        last = max((tmp_path / "audio" / stream).rglob("*.jsonl*"))
        opened = gzip.open if last.suffix == ".gz" else open
        with opened(last, "rt", encoding="utf-8") as file:
            lines = file.read().splitlines()
        assert lines[-len(audio.BROKEN) :] == [bad.line for bad in audio.BROKEN], stream


@pytest.mark.parametrize(("scale", "date"), [(0.0, audio.FIRST_DATE), (1.0, dt.date(2024, 4, 30))])
def test_impossible_arguments_are_refused(tmp_path: Path, scale: float, date: dt.date) -> None:
    with pytest.raises(SettingsError):
        audio.generate(tmp_path, scale=scale, date=date)

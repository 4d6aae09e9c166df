"""Buckets of users: how many, which one, and the files that they make."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_assets.model.layouts import Layout
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake
from vault_assets_tests.engagement.streams import (
    DATE,
    Streams,
    declared,
    event,
    payment,
    post,
)
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.test_layouts import files_read

GOLDEN = {
    "u1": 29,
    "u2": 41,
    "-319166095449930469": 31,
    "9223372036854775807": 44,
    "Ünïcode ✓": 32,
    " u1": 25,
}
"""Bucket of 45 by user_id: these never change."""
USERS = 60


def bucket(user: str, buckets: int = 45) -> int:
    """The definition, in Python."""
    return int(hashlib.md5(user.encode()).hexdigest()[:8], 16) % buckets


@pytest.fixture(scope="module")
def sizing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Streams]:
    with memory_lake() as lake:
        yield Streams(lake, tmp_path_factory.mktemp("sizing")).run()


def test_45_buckets_follow_from_the_settings(sizing: Streams) -> None:
    assert sizing.query("from mart.sizing") == [(45,)]
    parameters = declared().marts["sizing"].view_parameters
    assert {name: item.default for name, item in parameters.items()} == {
        "users": 3_000_000,
        "events_per_user": 300,
        "bytes_per_event": 500,
        "bucket_bytes": 10_000_000_000,
    }


@pytest.mark.parametrize(
    ("given", "buckets"),
    [
        ("users := 3000001", 46),
        ("users := 2999999", 45),
        ("users := 1", 1),
        ("users := 0", 1),
        ("bucket_bytes := 1000000000", 450),
        ("users := 1000000000, bucket_bytes := 7", 21428571428572),
    ],
)
def test_other_numbers_are_rounded_up(sizing: Streams, given: str, buckets: int) -> None:
    assert sizing.query(f"from mart.sizing({given})") == [(buckets,)]


@given(st.integers(1, 10**7), st.integers(1, 10**4), st.integers(1, 10**4), st.integers(1, 10**12))
def test_no_bucket_is_larger_than_allowed(
    sizing: Streams, users: int, events: int, size: int, largest: int
) -> None:
    ((buckets,),) = sizing.query(
        f"from mart.sizing(users := {users}, events_per_user := {events}, "
        f"bytes_per_event := {size}, bucket_bytes := {largest})"
    )
    assert (buckets - 1) * largest < users * events * size <= buckets * largest


def test_golden_buckets() -> None:
    assert {user: bucket(user) for user in GOLDEN} == GOLDEN


def test_a_user_has_the_golden_bucket_in_all_tables(streams: Streams) -> None:
    time = "2022-02-01 10:00:00"
    streams.land(
        events=[event(user, time) for user in GOLDEN],
        payments=[payment(user, time, "1") for user in GOLDEN],
        posts=[post(str(n), user, "TwitterPost", time) for n, user in enumerate(GOLDEN)],
    )
    streams.run()
    for table in ("events", "payments", "posts"):
        found = streams.query(f"select user_id, user_bucket from mart.{table}")
        assert dict(found) == GOLDEN
    assert streams.failed() == {}


def many(date: str = DATE, month: str = "2022-02") -> dict[str, list[dict[str, str]]]:
    times = [f"{month}-{1 + n % 28:02} 10:00:00" for n in range(USERS)]
    kinds = ("TwitterPost", "FacebookPost")
    return {
        "events": [event(f"u{n}", time, f"{1 + n}.0") for n, time in enumerate(times)],
        "payments": [payment(f"u{n}", time, f"{n}.5") for n, time in enumerate(times)],
        "posts": [post(f"{date}{n}", f"u{n}", kinds[n % 2], time) for n, time in enumerate(times)],
    }


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Streams]:
    """Two loads on a real lake."""
    folder = tmp_path_factory.mktemp("filed")
    with DuckLake("engagement", settings(folder)) as lake:
        streams = Streams(lake, folder / "landing")
        streams.land(DATE, **many())
        streams.land("2022-06-01", **many("2022-06-01", "2022-05"))
        yield streams.run()


def settings(folder: Path) -> Settings:
    return Settings.model_construct(
        catalog=str(folder / "lake.ducklake"),
        data=str(folder / "data"),
        home=folder / "home",
        memory_limit="1GB",
    )


def read(streams: Streams, sql: str) -> int:
    return files_read(House(streams.lake, streams.warehouse), sql)


def test_files_are_divided_by_load_and_bucket(filed: Streams) -> None:
    buckets = len({bucket(f"u{n}") for n in range(USERS)})
    for table in ("events", "payments"):
        assert read(filed, f"select * from mart.{table}") == 2 * buckets
    by_type = len({(n % 2, bucket(f"u{n}")) for n in range(USERS)})
    assert read(filed, "select * from mart.posts") == 2 * by_type
    ((path,),) = filed.query(
        "select data_file "
        "from ducklake_list_files('engagement', 'events', schema => 'mart') limit 1"
    )
    rows = filed.query(f"select user_id, event_date, user_bucket from read_parquet('{path}')")
    assert rows == sorted(rows)
    assert len({row[2] for row in rows}) == 1


def test_filters_skip_files(filed: Streams) -> None:
    buckets = len({bucket(f"u{n}") for n in range(USERS)})
    by_type = len({bucket(f"u{n}") for n in range(0, USERS, 2)})
    events = "select * from mart.events where"
    assert read(filed, f"{events} etl_date = '{DATE}'") == buckets
    assert read(filed, f"{events} event_date >= '2022-05-01'") == buckets
    assert read(filed, f"{events} event_date >= '2022-06-01'") == 0
    assert read(filed, f"{events} user_bucket = 29 and etl_date = '{DATE}'") == 1
    assert read(filed, f"select * from mart.recent_events('{DATE}')") == buckets
    posts = f"select * from mart.posts where etl_date = '{DATE}' and type = 'TwitterPost'"
    assert read(filed, posts) == by_type


def test_reports_on_a_real_lake_are_right(filed: Streams) -> None:
    assert filed.failed() == {}
    assert len(filed.report().splitlines()) == USERS + 1
    assert filed.report("2022-06-01").splitlines()[1] == "u0,0.50,usd,1,,1,0,0,0,0,0,0,1,0"
    filed.run()
    assert set(map(tuple, filed.partitions().values())) == {()}
    assert filed.failed() == {}


def test_event_date_may_divide_the_files(tmp_path: Path) -> None:
    layout = Layout(partition_by=("event_date", "user_bucket"), sort_by=("user_id",))
    events = declared().marts["events"].model_copy(update={"layout": layout})
    marts = {**declared().marts, "events": events}
    with DuckLake("engagement", settings(tmp_path)) as lake:
        streams = Streams(lake, tmp_path, declared().model_copy(update={"marts": marts}))
        streams.land(events=many()["events"])
        streams.run()
        day = "select * from mart.events where event_date = '2022-02-05'"
        assert read(streams, day) == len({bucket(f"u{n}") for n in range(4, USERS, 28)})

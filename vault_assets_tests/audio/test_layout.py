"""Files of `audio` in a real lake: divided by day, sorted as declared, skipped by queries."""

import re
from collections.abc import Iterator

import pytest

from vault_assets_tests.audio.music import Music, at, listen, music

pytestmark = pytest.mark.slow
DAYS = ("2024-05-01", "2024-05-02", "2024-05-03")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Music]:
    with music(tmp_path_factory.mktemp("lake"), real=True) as found:
        for number, day in enumerate(DAYS):
            # Enough plays for rows in files: very few rows stay in the catalog.
            plays = [
                listen(at("09:00", day) + n * 1000, number, n, 30 - n % 20, f"A/{n % 7}")
                for n in range(60)
            ]
            found.land("listen_events", *plays, day=day)
        found.run()
        yield found


def files_read(service: Music, sql: str) -> int:
    ((_, plan),) = service.query(f"explain analyze {sql}")
    return sum(map(int, re.findall(r"Total Files Read:\s*(\d+)", plan)))


def test_a_query_for_a_day_reads_the_file_of_that_day(service: Music) -> None:
    plays = "select count(*), max(song_name) from mart.mart_song_play"
    assert files_read(service, plays) == 3
    assert files_read(service, f"{plays} where play_start_date = '2024-05-02'") == 1
    assert files_read(service, f"{plays} where play_start_date >= '2024-05-02'") == 2
    hours = "select max(listens) from mart.mart_song_play_hourly_metrics"
    assert files_read(service, f"{hours} where play_date = '2024-05-02'") == 1


def test_the_files_of_plays_are_sorted_by_user_song_and_city(service: Music) -> None:
    files = service.query(
        "select data_file from ducklake_list_files('test', 'mart_song_play', schema => 'mart')"
    )
    assert len(files) == 3
    for (path,) in files:
        rows = service.query(
            f"select user_id, song_name, location_city from read_parquet('{path}')"
        )
        assert len(rows) == 60
        assert rows == sorted(rows)


def test_every_mart_has_a_file_per_day(service: Music) -> None:
    by_day = {name: m for name, m in service.warehouse.marts.items() if m.partition}
    assert len(by_day) == 5
    for name, mart in by_day.items():
        files = service.query(
            f"select data_file from ducklake_list_files('test', '{name}', schema => 'mart')"
        )
        assert mart.partition is not None
        days = service.value(f"select count(distinct {mart.partition.column}) from mart.{name}")
        assert len(files) == days, name

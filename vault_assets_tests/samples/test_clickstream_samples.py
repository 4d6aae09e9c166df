"""The sample files of warehouse `clickstream` have the quirks that loaders must bear."""

import datetime as dt
import zipfile
from pathlib import Path

import duckdb
import pytest

from vault_assets.errors import SettingsError
from vault_assets.samples import clickstream

SMALL = 0.02
NEXT_DAY = clickstream.FIRST_DATE + dt.timedelta(days=1)


def text(path: Path) -> str:
    if path.suffix == ".jsonl":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as archive:
        (member,) = archive.namelist()
        return archive.read(member).decode()


def hour(path: Path) -> str:
    parts = dict(part.split("=") for part in path.parts if "=" in part)
    year, month, day, clock = (int(parts[name]) for name in ("year", "month", "day", "hour"))
    return f"{year}-{month:02}-{day:02} {clock:02}:00:00"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Two days, each line with the hour of its file."""
    folder, con = tmp_path_factory.mktemp("shop"), duckdb.connect()
    for date in (clickstream.FIRST_DATE, NEXT_DAY):
        for path in clickstream.generate(folder, scale=SMALL, date=date, broken=False):
            name = path.name.partition(".")[0]
            (folder / "plain.jsonl").write_text(text(path), encoding="utf-8")
            query = f"select *, timestamp '{hour(path)}' as load_hour from read_json("
            query += f"'{folder / 'plain.jsonl'}', format = 'newline_delimited')"
            con.execute(f"create table if not exists {name} as {query} limit 0")
            con.execute(f"insert into {name} by name {query}")
    return con


def test_keys_tell_the_hour_and_every_sixth_is_plain_and_padded(tmp_path: Path) -> None:
    paths = clickstream.generate(tmp_path, scale=0.01, date=dt.date(2023, 1, 2))
    keys = {path.relative_to(tmp_path).as_posix() for path in paths}
    top = "clickstream/year=2023"
    assert f"{top}/month=1/day=02/hour=10/geo_events.jsonl.zip" in keys
    assert f"{top}/month=01/day=02/hour=11/geo_events.jsonl" in keys
    assert {path.name.partition(".")[0] for path in paths} == set(clickstream.SOURCES)
    for source in clickstream.SOURCES:
        last = [path for path in paths if path.name.startswith(source)][-1]
        assert text(last).splitlines()[-3:] == [bad.line for bad in clickstream.BROKEN]


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    def made(name: str, seed: int) -> list[bytes]:
        paths = clickstream.generate(tmp_path / name, scale=0.002, seed=seed)
        return [path.read_bytes() for path in paths]

    assert made("a", 3) == made("b", 3)
    assert made("a", 3) != made("c", 4)


@pytest.mark.parametrize(
    "claim",
    [
        # Ids, copies, and events that come twice or late.
        "count(*) > count(distinct event_id) from browser_events",
        (
            "count(distinct (event_id, event_timestamp, click_id)) = count(distinct event_id) "
            "from browser_events"
        ),
        "max(n) = 2 from (select count(*) as n from browser_events group by event_id)",
        "count(*) > 0 from browser_events where date_trunc('hour', event_timestamp) < load_hour",
        "count(*) = 0 from browser_events where event_timestamp > load_hour + interval 1 hour",
        "avg(n) between 7 and 15 from (select count(*) as n from device_events group by click_id)",
        "(select count(*) from device_events) = (select count(*) from browser_events)",
        (
            "count(*) = 0 from location_events where event_id not in "
            "(select event_id from browser_events)"
        ),
        # Sessions that span hours and midnight.
        (
            "count(*) > 0 from (from browser_events select click_id "
            "group by all having count(distinct date_trunc('hour', event_timestamp)) > 2)"
        ),
        (
            "count(*) > 0 from (from browser_events select click_id "
            "group by all having count(distinct date_trunc('day', event_timestamp)) > 1)"
        ),
        # Quirks of values.
        "bool_or(browser_language = 'sat_IN') from browser_events",
        "bool_or(page_url_path = '/productivity') from location_events",
        "bool_or(page_url_path = '/product_flower_pot') from location_events",
        "bool_or(page_url_path = '/confirmation') from location_events",
        (
            "bool_and(json_type(to_json(geo_latitude)) = 'VARCHAR' or geo_latitude is null) "
            "from geo_events"
        ),
        (
            "count(*) > 0 from (from device_events select click_id "
            "group by all having count(distinct os_timezone) > 1)"
        ),
        "bool_and(device_is_mobile = (device_type = 'Mobile')) from device_events",
        "count(distinct ip_address) > 0.9 * count(distinct click_id) from geo_events",
        (
            "count(*) > 0 from (from location_events as l inner join browser_events as b "
            "on b.event_id = l.event_id select click_id group by all "
            "having count(distinct utm_source) > 1)"
        ),
        "bool_or(utm_source is null) from location_events",
    ],
)
def test_claim(shop: duckdb.DuckDBPyConnection, claim: str) -> None:
    assert shop.execute(f"select {claim}").fetchall() == [(True,)]


def test_wrong_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not positive"):
        clickstream.generate(tmp_path, scale=0)
    with pytest.raises(SettingsError, match="2022-11-28"):
        clickstream.generate(tmp_path, date=dt.date(2022, 11, 27))

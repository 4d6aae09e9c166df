"""The worked example of warehouse `audio`: every mart, cell by cell."""

import datetime as dt
from collections.abc import Iterator

import pytest

from vault_assets_tests.audio.music import MIAMI_FL, Music, at, example, login, music

DATE = dt.date(2024, 5, 1)
AZ = ("G", "miami", "az", 33.339679, -110.894685)


def clock(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2024-05-01T{text}")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Music]:
    with music(tmp_path_factory.mktemp("played")) as found:
        for stream, events in example().items():
            found.land(stream, *events)
        # Another Miami, known from somebody else.
        found.land("auth_events", login(at("07:00"), 9, 0, 9, **MIAMI_FL))
        found.run()
        yield found


def test_song_plays(played: Music) -> None:
    rows = played.query("from mart.mart_song_play order by play_start_ts")
    assert rows == [
        (7, 200.0, clock("09:10"), clock("09:13:20"), DATE, "x", "A", *AZ),
        (7, 200.0, clock("09:20"), clock("09:23:20"), DATE, "y", "A", *AZ),
        (8, 200.0, clock("09:30"), clock("09:33:20"), DATE, "x", "A", *AZ),
        (8, 200.0, clock("10:05"), clock("10:08:20"), DATE, "x", "B", *AZ),
    ]


def test_hourly_metrics(played: Music) -> None:
    rows = played.query("from mart.mart_song_play_hourly_metrics order by play_hour")
    assert rows == [(DATE, 9, 3, 2, 2, 1), (DATE, 10, 1, 1, 1, 1)]


def test_top_10_songs(played: Music) -> None:
    rows = played.query("from mart.mart_song_play_top_10_songs order by rank")
    assert rows == [
        (DATE, "x", "A", 2, 2, 1),
        (DATE, "x", "B", 1, 1, 2),
        (DATE, "y", "A", 1, 1, 3),
    ]


def test_web_activity(played: Music) -> None:
    assert played.query("from mart.mart_web_activity_daily") == [(DATE, "Home", 3, 2, 1, 0, 0.0)]


def test_plan_changes(played: Music) -> None:
    assert played.query("from mart.mart_plan_changes_daily") == [(DATE, 2, 1, 1)]


def test_authorizations_of_a_session_are_its_logins_and_its_first_listen(played: Music) -> None:
    rows = played.query(
        "select s.user_id, s.session_id, a.authorization_ts, a.source, a.is_auth_successful "
        "from vault.nhl_authorization as a inner join vault.hub_session as s using (hk_session) "
        "where s.session_id in (1, 2) order by 2, 3, 4"
    )
    assert rows == [
        (None, 1, clock("08:59"), "auth", False),
        (7, 1, clock("09:00"), "auth", True),
        (7, 1, clock("09:10"), "listen", True),
        (8, 2, clock("09:30"), "listen", True),
    ]


def test_every_user_has_one_open_plan_and_no_gap(played: Music) -> None:
    rows = played.query(
        "select u.user_id, p.plan_type, e.effective_from_ts, e.effective_to_ts "
        "from vault.effsat_user_plan as e inner join vault.hub_user as u using (hk_user) "
        "inner join vault.link_user_plan as l using (lk_user_plan) "
        "inner join vault.hub_plan as p on p.hk_plan = l.hk_plan where user_id < 9 order by 1, 3"
    )
    assert rows == [
        (7, "free", clock("09:00"), clock("11:00")),
        (7, "paid", clock("11:00"), clock("12:00")),
        (7, "free", clock("12:00"), None),
        (8, "free", clock("09:30"), clock("13:00")),
        (8, "paid", clock("13:00"), None),
    ]


def test_all_checks_pass(played: Music) -> None:
    assert {table: names for table, names in played.failed.items() if names} == {}


def test_a_rerun_changes_nothing(played: Music) -> None:
    before = played.contents()
    assert not any(written.partitions for written in played.run().values())
    assert played.contents() == before
    played.build("2024-05-01")
    assert played.contents() == before


def test_every_hub_and_link_has_rows(played: Music) -> None:
    tables = [*played.warehouse.hubs, *played.warehouse.links]
    assert len(played.warehouse.hubs) == 12
    assert len(played.warehouse.links) == 7
    counts = {t: played.value(f"select count(*) from vault.{t}") for t in tables}
    assert {table for table, rows in counts.items() if rows < 3} == set()
    assert played.value("select count(*) from vault.hub_location_city where city = 'miami'") == 2
    assert played.value("select count(*) from vault.hub_user_agent where user_agent = 'G'") == 1

"""Late files, several days, reruns: each build replaces the days that it must, and only those."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault_assets.loading.writing import Written
from vault_assets_tests.audio.music import MIAMI_FL, Music, at, change, listen, login, music, view

pytestmark = pytest.mark.slow
DAYS = ("2024-05-01", "2024-05-02", "2024-05-03")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Music]:
    with music(tmp_path) as found:
        yield found


def days(written: Written) -> list[str]:
    assert written.partitions is not None
    return [day.isoformat() for day in written.partitions]


def three_days(service: Music) -> None:
    for number, day in enumerate(DAYS):
        service.land(
            "auth_events", login(at("08:00", day), 10 + number, 0, 7, userAgent="L"), day=day
        )
        service.land("listen_events", listen(at("09:00", day), 10 + number, 1, 7, "A/x"), day=day)
        service.land("page_view_events", view(at("09:00", day), 10 + number, 1, 7), day=day)
    service.run()


def test_a_late_file_rebuilds_its_day_and_no_other(service: Music) -> None:
    three_days(service)
    others = service.query("from mart.mart_song_play where play_start_date <> '2024-05-02'")
    service.land("listen_events", listen(at("10:00", DAYS[1]), 11, 2, 7, "B/x"), day=DAYS[1])
    built = service.run()
    for name in ("mart_song_play", "mart_song_play_hourly_metrics", "mart_song_play_top_10_songs"):
        assert days(built[name]) == ["2024-05-02"], name
    assert not days(built["mart_web_activity_daily"])
    assert service.value("select count(*) from mart.mart_song_play") == 4
    again = service.query("from mart.mart_song_play where play_start_date <> '2024-05-02'")
    assert sorted(map(repr, again)) == sorted(map(repr, others))


def test_a_range_of_days_is_built_in_one_go_and_changes_nothing(service: Music) -> None:
    three_days(service)
    before = service.contents()
    built = service.build("2024-05-01...2024-05-31")
    for name, mart in service.warehouse.marts.items():
        assert not mart.partition or len(built[name].partitions or ()) == 31
    assert service.contents() == before


def test_an_earlier_listen_that_comes_late_is_the_inferred_authorization(service: Music) -> None:
    service.land("listen_events", listen(at("09:20"), 1, 6, 7, "A/y", userAgent="late"))
    service.run()
    service.land("listen_events", listen(at("09:10"), 1, 5, 7, "A/x", userAgent="early"))
    assert days(service.run()["mart_song_play"]) == ["2024-05-01"]
    found = service.query(
        "select source, hour(authorization_ts), minute(authorization_ts) "
        "from vault.nhl_authorization where batch_id <> 'ghost'"
    )
    assert found == [("listen", 9, 10)]
    assert service.query("select distinct user_agent from mart.mart_song_play") == [("early",)]
    assert service.failed["vault.nhl_authorization"] == set()


def test_a_late_login_changes_the_later_plays_of_its_session_also_of_the_next_day(
    service: Music,
) -> None:
    service.land("listen_events", listen(at("23:00"), 1, 5, 7, "A/x"))
    service.land("listen_events", listen(at("00:10", DAYS[1]), 1, 6, 7, "A/y"), day=DAYS[1])
    service.land("listen_events", listen(at("00:10", DAYS[1]), 2, 1, 8, "A/y"), day=DAYS[1])
    service.run()
    service.land("auth_events", login(at("23:30"), 1, 0, 7, userAgent="new"))
    assert days(service.run()["mart_song_play"]) == ["2024-05-02"]
    # The first listen of the day is later than the login: it is the latest authorization.
    agents = service.query(
        "select user_id, song_name, user_agent from mart.mart_song_play order by all"
    )
    assert agents == [(7, "x", "G"), (7, "y", "G"), (8, "y", "G")]


def test_the_latest_successful_login_before_a_play_gives_agent_and_place(service: Music) -> None:
    service.land(
        "auth_events",
        login(at("08:00"), 1, 0, 7, userAgent="first"),
        login(at("09:15"), 1, 2, 7, userAgent="second", **MIAMI_FL),
        login(at("09:16"), 1, 3, 7, userAgent="failed", success=False),
        login(at("09:30"), 1, 5, 7, userAgent="too late"),
    )
    service.land("listen_events", listen(at("09:20"), 1, 4, 7, "A/x", auth="Guest"))
    service.run()
    found = service.query(
        "select user_agent, location_city, location_state from mart.mart_song_play"
    )
    assert found == [("second", "miami", "fl")]


def test_at_one_time_a_login_wins_over_a_listen(service: Music) -> None:
    service.land("auth_events", login(at("09:20"), 1, 9, 7, userAgent="login"))
    service.land("listen_events", listen(at("09:20"), 1, 1, 7, "A/x"))
    service.run()
    assert service.query("select user_agent from mart.mart_song_play") == [("login",)]


def test_two_postal_codes_of_a_point_do_not_multiply_plays(service: Music) -> None:
    service.land("listen_events", listen(at("09:20"), 1, 1, 7, "A/x", zip="85539", city="Old"))
    service.run()
    service.land("page_view_events", view(at("09:30"), 1, 2, 7, zip="85000", city="New"))
    assert days(service.run()["mart_song_play"]) == ["2024-05-01"]
    assert service.query("select location_city from mart.mart_song_play") == [("new",)]


def test_events_without_user_agent_or_place_keep_their_play(service: Music) -> None:
    nowhere = dict.fromkeys(("city", "state", "zip", "lon", "lat", "userAgent"))
    service.land("listen_events", listen(at("09:20"), 1, 1, 7, "A/x", **nowhere))
    service.land("listen_events", {**listen(at("09:25"), 2, 1, 8, "A/x"), "userId": ""})
    service.run()
    rows = service.query(
        "select user_id, user_agent, location_city from mart.mart_song_play order by 1"
    )
    assert rows == [(7, None, None), (None, "G", "miami")]


def test_positions_are_the_doubles_of_the_file(service: Music) -> None:
    places = [(-110.894685, 33.339679), (-73.98765432101234, 40.712345678901234)]
    places += [(-122.41941550000001, 37.77492949999999), (-0.5, 51.476999999999997)]
    for session, (lon, lat) in enumerate(places):
        place = {"lon": lon, "lat": lat}
        service.land("listen_events", listen(at("09:20"), session, 1, 7, "A/x", **place))
    service.run()
    found = "select location_longitude, location_latitude from mart.mart_song_play"
    assert sorted(service.query(found)) == sorted(places)


def test_a_late_plan_change_changes_the_days_after_it(service: Music) -> None:
    three_days(service)
    service.land(
        "status_change_events", change(at("12:00", DAYS[1]), 11, 5, 7, "free"), day=DAYS[1]
    )
    assert days(service.run()["mart_plan_changes_daily"]) == list(DAYS[1:])
    rows = service.query("from mart.mart_plan_changes_daily order by date")
    assert [row[1:] for row in rows] == [(0, 0, 0), (1, 0, 1), (0, 0, 1)]
    service.land(
        "status_change_events", change(at("20:00", DAYS[0]), 10, 5, 7, "free"), day=DAYS[0]
    )
    assert days(service.run()["mart_plan_changes_daily"]) == list(DAYS)
    rows = service.query("from mart.mart_plan_changes_daily order by date")
    assert [row[1:] for row in rows] == [(1, 0, 1), (0, 0, 1), (0, 0, 1)]


def test_a_change_is_counted_even_if_nothing_else_is_known_of_the_user(service: Music) -> None:
    service.land("status_change_events", change(at("12:00"), 1, 5, 7, "free"))
    service.land("status_change_events", change(at("13:00"), 1, 6, 7, "free"))
    service.run()
    assert service.query("from mart.mart_plan_changes_daily") == [(dt.date(2024, 5, 1), 1, 0, 1)]


def test_errors_are_a_share_of_the_views(service: Music) -> None:
    views = [view(at(f"09:0{n}"), 1, n, 7, page="Help", status=s) for n, s in enumerate((200, 404))]
    service.land("page_view_events", *views, view(at("09:05"), 1, 5, page="Help", status=500))
    service.land("page_view_events", view(at("09:06"), 1, 6, 7, page="Help", status=307))
    service.run()
    assert service.query("from mart.mart_web_activity_daily") == [
        (dt.date(2024, 5, 1), "Help", 4, 1, 1, 2, 0.5)
    ]


def test_ties_among_the_top_ten_go_by_listens_name_and_artist(service: Music) -> None:
    songs = [f"{artist}/s{number:02}" for number in range(6) for artist in "BA"]
    plays = [
        listen(at(f"09:{n:02}"), 1, n, 7, song) for n, song in enumerate([*songs, "Z/zz", "Z/zz"])
    ]
    service.land("listen_events", *plays)
    service.run()
    rows = service.query(
        "select song_artist || '/' || song_name, listens "
        "from mart.mart_song_play_top_10_songs order by rank"
    )
    assert rows == [
        ("Z/zz", 2),
        *((song, 1) for song in sorted(songs, key=lambda s: (s[2:], s))[:9]),
    ]

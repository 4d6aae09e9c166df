"""Two listens of one millisecond stop no build; a late file does not bring back an old name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vault_assets_tests.audio.music import DAY, Music, at, listen, music, view

pytestmark = pytest.mark.slow


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Music]:
    with music(tmp_path) as found:
        yield found


def failed(service: Music) -> set[str]:
    """Build the marts; return the checks of the plays that did not pass."""
    return {v.audit.name for v in service.run()["mart_song_play"].verdicts if v.failed_rows}


def test_two_listens_of_one_song_and_millisecond_are_one_play_and_a_warning(service: Music) -> None:
    twice = [listen(at("09:10"), 1, item, 7, "A/x") for item in (5, 6)]
    service.land("listen_events", *twice, listen(at("09:20"), 1, 7, 7, "A/y"))
    assert failed(service) == {"same_millisecond"}
    assert service.value("select count(*) from mart.mart_song_play") == 2
    assert service.value("select sum(listens) from mart.mart_song_play_hourly_metrics") == 2
    assert service.value("select count(distinct event_id) from stage.listen_events") == 3


def test_two_songs_of_one_millisecond_are_two_plays(service: Music) -> None:
    songs = [listen(at("09:10"), 1, item, 7, song) for item, song in ((5, "A/x"), (6, "B/x"))]
    service.land("listen_events", *songs)
    assert failed(service) == set()
    assert service.value("select count(*) from mart.mart_song_play") == 2


def test_the_same_event_twice_warns_of_nothing(service: Music) -> None:
    service.land("listen_events", *[listen(at("09:10"), 1, 5, 7, "A/x")] * 2)
    assert failed(service) == set()


def test_a_play_that_is_lost_still_fails_the_build(service: Music) -> None:
    service.land("listen_events", listen(at("09:10"), 1, 5, 7, "A/x"))
    service.stage()
    service.load()
    service.lake.session().connection.execute(
        "delete from vault.link_song_play_context where batch_id <> 'ghost'"
    )
    with pytest.raises(Exception, match="every_listen_is_a_play"):
        service.build(DAY)


def test_a_late_file_does_not_bring_back_an_old_name(service: Music) -> None:
    names = {"lastName": "Lee", "gender": "F"}
    service.land("page_view_events", view(at("12:00"), 1, 5, 7, firstName="New", **names))
    service.run()
    service.land("page_view_events", view(at("09:00"), 1, 1, 7, firstName="Old", **names))
    service.run()
    profile = "select first_name, last_seen_ts::varchar from mart.mart_user_profiles"
    assert service.query(profile) == [("New", "2024-05-01 12:00:00")]
    # The satellite keeps the order of loads: that is its rule.
    known = "from vault.sat_user_profile where batch_id <> 'ghost' order by load_ts"
    assert service.query(f"select first_name {known}") == [("New",), ("Old",)]


def test_of_views_at_one_time_the_later_item_counts(service: Music) -> None:
    views = [
        view(at("09:00"), 1, item, 7, firstName=name, lastName="Lee")
        for item, name in ((2, "B"), (1, "A"))
    ]
    service.land("page_view_events", *views)
    service.run()
    assert service.value("select first_name from mart.mart_user_profiles") == "B"

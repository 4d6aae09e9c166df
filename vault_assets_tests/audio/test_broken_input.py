"""Broken input: quarantined or told by a check, never lost, never in the way of other files."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault_assets_tests.audio.music import Music, at, event, listen, login, music, view

pytestmark = pytest.mark.slow
GOOD = listen(at("09:10"), 1, 5, 7, "A/x")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Music]:
    with music(tmp_path) as found:
        yield found


def reasons(service: Music, stream: str = "listen_events") -> list[str]:
    rows = service.query(f"select reason from stage.{stream}_quarantine order by row_no, reason")
    return [reason for (reason,) in rows]


def plays(service: Music) -> int:
    count = service.value("select count(*) from mart.mart_song_play")
    assert isinstance(count, int)
    return count


def test_a_truncated_object_is_rejected_and_others_load(service: Music) -> None:
    whole = gzip.compress(
        "".join(f"{json.dumps({**GOOD, 'itemInSession': n})}\n" for n in range(400)).encode()
    )
    key = service.put("listen_events", b"", zipped=True)
    service.store.put(key, whole[: len(whole) // 2])
    service.land("listen_events", GOOD)
    service.run()
    assert plays(service) == 1
    failures = service.query(
        "select b.object_key, f.status from registry.failures as f "
        "inner join registry.batches as b using (batch_id)"
    )
    assert failures == [(key, "rejected")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (json.dumps(GOOD)[:60], "json"),
        ("[1, 2]", "not_object"),
        (json.dumps({**GOOD, "ts": "yesterday"}), "cast:ts"),
        (json.dumps({**GOOD, "sessionId": 7.5}), "cast:session_id"),
        (json.dumps({**GOOD, "duration": "long"}), "cast:duration"),
        (json.dumps({**GOOD, "lat": "north"}), "cast:lat"),
        (json.dumps({**GOOD, "artist": ""}), "not_null:artist"),
        (json.dumps({key: GOOD[key] for key in GOOD if key != "ts"}), "not_null:ts"),
        (json.dumps({key: GOOD[key] for key in GOOD if key != "sessionId"}), "not_null:session_id"),
        (json.dumps({**GOOD, "userId": "seven"}), "cast:user_id"),
    ],
)
def test_a_bad_line_is_quarantined_and_its_neighbours_load(
    service: Music, line: str, reason: str
) -> None:
    service.put("listen_events", f"{json.dumps(GOOD)}\n{line}\n".encode())
    staged = service.stage()["listen_events"]
    assert (staged.total("loaded"), staged.total("quarantined")) == (1, 1)
    assert reasons(service) == [reason]


def test_events_that_come_twice_are_one(service: Music) -> None:
    service.land("listen_events", GOOD, GOOD)
    service.land("listen_events", GOOD)
    service.land("auth_events", login(at("09:00"), 1, 1, 7), login(at("09:00"), 1, 1, 7))
    service.land("page_view_events", view(at("09:00"), 1, 1, 7), view(at("09:00"), 1, 1, 7))
    service.run()
    assert service.value("select count(*) from stage.listen_events") == 3
    assert service.value("select count(distinct event_id) from stage.listen_events") == 1
    assert plays(service) == 1
    assert service.value("select views from mart.mart_web_activity_daily") == 1
    count = "select count(*) from vault.nhl_authorization where batch_id <> 'ghost'"
    assert service.value(count) == 2


def test_two_failed_logins_of_one_millisecond_are_two(service: Music) -> None:
    service.land("auth_events", *(login(at("09:00"), 1, item, None) for item in (1, 2)))
    service.run()
    count = "select count(*) from vault.nhl_authorization where batch_id <> 'ghost'"
    assert service.value(count) == 2


def test_an_event_of_the_future_loads_and_is_told(service: Music) -> None:
    service.land("listen_events", GOOD, listen(at("09:10", "2099-01-01"), 2, 1, 7, "A/x"))
    staged = service.stage()["listen_events"]
    failed = {verdict.audit.name for verdict in staged.verdicts if verdict.failed_rows}
    assert {name for name in failed if "maximum" in name or "plausible" in name}, failed
    service.run()
    assert plays(service) == 2


def test_users_are_never_zero_and_empty_users_are_nobody(service: Music) -> None:
    service.land(
        "page_view_events", {**view(at("09:00"), 1, 0), "userId": ""}, view(at("09:01"), 1, 1)
    )
    service.run()
    assert service.value("select count(*) from vault.hub_user where user_id is not null") == 0
    assert service.value("select anonymous_views from mart.mart_web_activity_daily") == 2


def test_a_stream_that_is_empty_is_a_batch_without_rows(service: Music) -> None:
    service.put("status_change_events", b"")
    service.land("listen_events", GOOD)
    service.run()
    assert service.value("select count(*) from stage.status_change_events") == 0
    assert (
        service.value(
            "select inserted from registry.applied where table_name = 'stage.status_change_events'"
        )
        == 0
    )
    assert plays(service) == 1


def test_text_is_cleaned_in_every_stream(service: Music) -> None:
    words = {"city": " MIAMI ", "state": "Az", "gender": "F", "userAgent": '"Q"', "zip": "07836"}
    service.land(
        "listen_events", {**GOOD, **words, "artist": "BjÃ¶rk", "registration": 1540919166796.0}
    )
    service.land("auth_events", login(at("09:00"), 1, 1, 7, **words))
    service.land(
        "page_view_events", view(at("09:10"), 1, 5, 7, page="NextSong", firstName="ZoÃ«", **words)
    )
    service.land("status_change_events", event(at("10:00"), 1, 8, 7, **{**words, "userAgent": "Q"}))
    service.run()
    assert service.query(
        "select user_agent from vault.hub_user_agent where user_agent is not null"
    ) == [("Q",)]
    assert service.query(
        "select song_artist from vault.hub_artist where song_artist is not null"
    ) == [("Björk",)]
    assert service.query(
        "select city, state from vault.hub_location_city where city is not null"
    ) == [("miami", "az")]
    assert service.query("select zip from vault.hub_location_zip where zip is not null") == [
        ("07836",)
    ]
    found = service.query(
        "select first_name, gender from vault.sat_user_profile where batch_id <> 'ghost'"
    )
    assert found == [("Zoë", "f")]
    assert {table for table, names in service.failed.items() if names} == set()


def test_doubtful_values_are_told_by_checks(service: Music) -> None:
    service.land("page_view_events", view(at("09:10"), 1, 5, 7, page="NextSong", zip="7836"))
    service.run()
    assert "five_characters" in service.failed["vault.hub_location_zip"]
    assert "every_song_page_has_its_listen" in service.failed["vault.nhl_web_click"]

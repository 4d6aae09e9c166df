"""Freshness of streams: how old the newest object is; plan changes may be rare."""

import datetime as dt
from pathlib import Path

from vault_assets.loading.work import stale_objects
from vault_assets_tests.audio.music import at, listen, music


def test_a_stream_is_stale_when_its_newest_object_is_old_or_missing(tmp_path: Path) -> None:
    with music(tmp_path) as service:
        key = service.land("listen_events", listen(at("09:10"), 1, 5, 7, "A/x"))
        service.stage()
        hour, now = dt.timedelta(hours=1), dt.timedelta(0)
        assert stale_objects(service.lake, "listen_events", hour) == []
        (stale,) = stale_objects(service.lake, "listen_events", now)
        assert stale["object_key"] == key
        (never,) = stale_objects(service.lake, "auth_events", hour)
        assert never == {"object_key": None, "modified": None}


def test_all_streams_but_plan_changes_are_expected_daily(tmp_path: Path) -> None:
    with music(tmp_path) as service:
        limits = {name: s.freshness_hours for name, s in service.warehouse.sources.items()}
    assert limits == {
        "listen_events": 26,
        "auth_events": 26,
        "page_view_events": 26,
        "status_change_events": None,
    }

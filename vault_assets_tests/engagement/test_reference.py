"""Reports of random streams and loads are those of a reference in Python."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_assets_tests.engagement.streams import Streams, event, payment, post
from vault_assets_tests.loading.lakes import memory_lake

LOADS = ("2022-03-01", "2022-03-02", "2022-07-01")
TYPES = [
    "TwitterPost",
    "FacebookPost",
    "PinterestPost",
    "InstagramPost",
    "InstagramStory",
    "LinkedinPost",
    "TikTokPost",
]
Rows = list[dict[str, str]]

users = st.sampled_from(["a", "b", "-1", "é"])
times = st.sampled_from(
    [
        f"{day} 10:00:00"
        for day in ("2021-12-01", "2021-12-02", "2021-12-03", "2022-02-01", "2022-04-01")
    ]
)
events = st.builds(event, users, times, st.sampled_from(["", "1.0", "30.0"]))
totals = st.decimals(-10, 10, places=5, allow_nan=False).map(str)
payments = st.builds(payment, users, times, totals)
posts = st.builds(
    post,
    st.uuids().map(str),
    users,
    st.sampled_from([*TYPES, "NewPost"]),
    times,
    st.sampled_from(["", "2021-12-01 09:59:00", "2021-11-30 10:00:00"]),
)
load = st.fixed_dictionaries(
    {},
    optional={
        "events": st.lists(events, max_size=4),
        "payments": st.lists(payments, max_size=4),
        "posts": st.lists(posts, max_size=4),
    },
)


def day(text: str) -> date:
    return datetime.fromisoformat(text).date()


def recent(rows: Rows, loaded: str, *columns: str) -> Rows:
    """Return the rows in the window, by the earliest of their times."""
    first = day(loaded) - timedelta(days=90)
    return [row for row in rows if min(day(row[c]) for c in columns if row[c]) > first]


def reference(loaded: str, streams: dict[str, Rows]) -> set[tuple[Any, ...]]:
    """Return the report of one load."""
    kept: dict[str, dict[str, Rows]] = defaultdict(lambda: defaultdict(list))
    for table, columns in (
        ("events", ["timestamp"]),
        ("payments", ["date"]),
        ("posts", ["posted_at", "scheduled_at"]),
    ):
        for row in recent(streams.get(table, []), loaded, *columns):
            kept[row["user_id"]][table].append(row)
    return {
        (user, *_paid(own["payments"]), *_posted(own["posts"]), *_used(own["events"]))
        for user, own in kept.items()
    }


def _paid(rows: Rows) -> tuple[Any, ...]:
    if not rows:
        return None, None
    total = sum((Decimal(row["total"]) for row in rows), Decimal(0))
    return total.quantize(Decimal("0.01"), ROUND_HALF_UP), min(row["currency"] for row in rows)


def _posted(rows: Rows) -> tuple[Any, ...]:
    if not rows:
        return (None,) * 9
    delays = [
        (datetime.fromisoformat(row["posted_at"]) - datetime.fromisoformat(row["scheduled_at"]))
        for row in rows
        if row["scheduled_at"]
    ]
    mean = sum(delay.total_seconds() for delay in delays) / len(delays) if delays else None
    return len(rows), mean, *(sum(row["type"] == kind for row in rows) for kind in TYPES)


def _used(rows: Rows) -> tuple[Any, ...]:
    if not rows:
        return None, None
    hashtags = sum(float(row["hashtag_count"] or 0) for row in rows)
    return int(hashtags), sum(row["platform"] == "web" for row in rows)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    first=st.fixed_dictionaries(dict.fromkeys(LOADS, load)),
    second=st.dictionaries(st.sampled_from(LOADS), load, max_size=2),
)
def test_reports_are_those_of_the_reference(
    first: dict[str, dict[str, Rows]], second: dict[str, dict[str, Rows]]
) -> None:
    expected = {name: dict(streams) for name, streams in first.items()}
    with memory_lake() as lake, TemporaryDirectory() as folder:
        streams = Streams(lake, Path(folder))
        for landed in (first, second):
            for name, files in landed.items():
                streams.land(name, **files)
                expected[name] |= files
            streams.run()
            failed = set(streams.failed())
            assert failed <= {"accepted_values"}
        for name in LOADS:
            stored = f"select * exclude (etl_date) from mart.user_reports where etl_date = '{name}'"
            rows = streams.query(stored)
            assert len(rows) == len(set(rows))
            assert set(rows) == reference(name, expected[name])
            assert set(streams.query(f"from mart.user_report('{name}')")) == set(rows)

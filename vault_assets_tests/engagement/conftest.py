"""Streams in memory, and the worked example."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vault_assets_tests.engagement.streams import Streams, event, payment, post
from vault_assets_tests.loading.lakes import memory_lake

EVENTS = [
    event("u1", "2022-01-01 10:00:00", "5.0"),
    event("u1", "2022-01-02 10:00:00", "3.0"),
    event("u3", "2022-02-20 10:00:00"),
]
PAYMENTS = [
    payment("u1", "2021-12-02 10:00:00", "1.005"),
    payment("u1", "2022-01-05 10:00:00", "1.005"),
    payment("u1", "2022-02-01 10:00:00", "1.005", id="in_2"),
    payment("u1", "2021-12-01 10:00:00", "50"),
]
POSTS = [
    post("1", "u1", "InstagramPost", "2022-01-10 10:00:00", "2022-01-10 09:59:00"),
    post("2", "u1", "FacebookPost", "2022-01-11 10:00:00"),
    post("3", "u1", "TwitterPost", "2021-12-02 08:00:00", "2021-12-01 08:00:00"),
    post("4", "u2", "TikTokPost", "2022-02-01 12:00:00", "2022-02-01 11:59:30"),
    post(
        "5",
        "u2",
        "InstagramStory",
        "2022-02-02 12:00:00",
        "2022-02-02 11:59:55",
        delivered="False",
    ),
]


@pytest.fixture
def streams(tmp_path: Path) -> Iterator[Streams]:
    with memory_lake() as lake:
        yield Streams(lake, tmp_path)


@pytest.fixture
def example(streams: Streams) -> Streams:
    """The worked example, built."""
    streams.land(events=EVENTS, payments=PAYMENTS, posts=POSTS)
    return streams.run()

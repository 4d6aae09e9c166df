"""Batches: unique, strictly increasing load times; one batch per version of an object."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vault_assets.landing.batches import TICK, new_batches, unregistered

NOON = dt.datetime(2026, 1, 1, 12)  # noqa: DTZ001  UTC without zone, as the registry stores it


@dataclass(frozen=True)
class Landed:
    key: str
    etag: str = "a"
    size: int = 1
    modified: dt.datetime = NOON


def made(*objects: Landed, now: dt.datetime = NOON, last: dt.datetime | None = None) -> list:
    return list(
        new_batches([("users", "full", item) for item in objects], now=now, last=last, contents={})
    )


def test_two_objects_of_one_moment_get_two_load_times() -> None:
    first, second = made(Landed("a"), Landed("b"))
    assert second.load_ts - first.load_ts == TICK
    assert first.batch_id != second.batch_id


def test_a_clock_that_went_back_does_not_take_load_time_with_it() -> None:
    (batch,) = made(Landed("a"), now=NOON - dt.timedelta(hours=1), last=NOON)
    assert batch.load_ts == NOON + TICK


@given(st.lists(st.sampled_from(["x", "y", "z"]), max_size=20), st.integers(-5, 5))
def test_load_times_only_ever_grow(etags: list[str], drift: int) -> None:
    batches = made(
        *(Landed(str(number), etag) for number, etag in enumerate(etags)),
        now=NOON + drift * TICK,
        last=NOON,
    )
    times = [NOON, *(batch.load_ts for batch in batches)]
    assert all(later > earlier for earlier, later in pairwise(times))
    assert len({batch.batch_id for batch in batches}) == len(batches)


def test_the_same_content_under_a_new_key_is_a_batch_that_names_the_first() -> None:
    first, second = made(Landed("a", "same"), Landed("b", "same"))
    assert first.duplicate_of is None
    assert second.duplicate_of == first.batch_id


def test_an_object_seen_again_is_no_new_batch() -> None:
    assert unregistered([Landed("a", "1")], {"a": "1"}) == []


def test_contents_a_b_a_under_one_key_are_three_batches() -> None:
    known: dict[str, str] = {}
    for etag in ("A", "B", "A"):
        (fresh,) = unregistered([Landed("k", etag)], known)
        known[fresh.key] = fresh.etag


def test_objects_are_registered_in_the_order_they_were_written_then_by_key() -> None:
    late = NOON + dt.timedelta(seconds=1)
    found = unregistered([Landed("c", modified=late), Landed("b"), Landed("a")], {})
    assert [item.key for item in found] == ["a", "b", "c"]

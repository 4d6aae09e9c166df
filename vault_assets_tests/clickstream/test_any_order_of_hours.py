"""Hours in any order, delivered again or with other content, give what one whole build gives."""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_assets_tests.clickstream.events import (
    DAY,
    SOURCES,
    Row,
    Visitor,
    event,
    everywhere,
    example,
)
from vault_assets_tests.clickstream.shop import Shop, shop
from vault_assets_tests.clickstream.whole import whole

EXAMPLES = int(os.environ.get("VAULT_ASSETS_TEST_EXAMPLES", "6"))
HOURS = tuple(f"{DAY} {hour}" for hour in ("07", "08", "09"))
Landed = dict[str, dict[str, list[Row]]]

visitors = st.builds(
    Visitor,
    st.sampled_from(["s", "t"]),
    source=st.sampled_from(["bing", None]),
    device=st.sampled_from(["Mobile", "Computer", None]),
    user=st.sampled_from(["u", "v", None]),
)
# Few ids: an event comes in several hours, now and then as one of another session.
events = st.builds(
    event,
    visitors,
    st.sampled_from(
        [f"{hour}:{minute}:00" for hour in ("07", "08", "09") for minute in (1, 2)]
    ).map(lambda clock: clock.replace(":1:", ":01:").replace(":2:", ":02:")),
    st.sampled_from(["/home", "/product_a", "/product_b", "/confirmation"]),
    st.integers(1, 6).map("event {}".format),
)
deliveries = st.tuples(
    st.sampled_from(HOURS),
    st.lists(events, max_size=5),
    st.sampled_from([SOURCES, SOURCES, SOURCES, SOURCES[:1], SOURCES[1:3], SOURCES[3:]]),
)


def deliver(place: Shop, landed: Landed, found: tuple[str, list[Row], tuple[str, ...]]) -> None:
    hour, rows, sources = found
    place.land(hour, rows, sources=sources)
    landed.setdefault(hour, {}).update(dict.fromkeys(sources, rows))


def check(place: Shop, landed: Mapping[str, Mapping[str, list[Row]]]) -> None:
    expected, found = whole(landed), place.contents()
    assert {name for name in expected if expected[name] != found[name]} == set()


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(runs=st.lists(st.lists(deliveries, min_size=1, max_size=3), min_size=1, max_size=4))
def test_every_order_of_deliveries_gives_the_whole_build(
    runs: list[list[tuple[str, list[Row], tuple[str, ...]]]],
) -> None:
    landed: Landed = {}
    with TemporaryDirectory() as folder, shop(Path(folder)) as place:
        for number, found in enumerate(runs):
            for delivery in found:
                deliver(place, landed, delivery)
                if number % 2:
                    place.stage()  # several files of one hour in one run
            place.run()
        check(place, landed)


def test_the_worked_example_backwards_is_the_worked_example(empty: Shop) -> None:
    hours = dict(reversed(example().items()))
    for hour, rows in hours.items():
        empty.land(hour, rows)
        empty.run()
    check(empty, {hour: everywhere(*rows) for hour, rows in hours.items()})
    assert empty.failed() == {}


def test_a_whole_rebuild_changes_nothing(built: Shop) -> None:
    before = built.contents()
    for name, mart in built.warehouse.marts.items():
        built.build(name, "all" if mart.partition or mart.incremental else None)
    assert built.contents() == before

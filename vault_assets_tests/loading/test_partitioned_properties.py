"""A mart built by partition over random batches and late days is the mart built whole."""

import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.partitioned_towns import build, deeds_town, table

EXAMPLES = int(os.environ.get("VAULT_ASSETS_TEST_EXAMPLES", "10"))
TIMES = st.builds("2024-05-0{} 1{}:00".format, st.integers(1, 4), st.integers(0, 2))
ROWS = st.lists(
    st.tuples(st.sampled_from(["ann", "bob"]), TIMES, st.integers(1, 3)), min_size=1, max_size=4
)
STEPS = st.sampled_from(["land", "announce", "load", "build", "given", "replay"])
MARTS = ("daily", "daily_total")


def act(house: House, step: str, data: st.DataObject, waiting: list[str]) -> None:
    """Do one of the things that happen to a warehouse; late batches are staged after newer ones."""
    if step == "land":
        house.land("deeds", *data.draw(ROWS))
        while waiting and data.draw(st.booleans()):
            house.stage(waiting.pop())
    elif step == "announce":
        waiting.append(house.announce("deeds", *data.draw(ROWS)))
    elif step == "load":
        house.load(*data.draw(st.sampled_from([(), ("h_people",)])))
    elif step == "build":
        build(house, data.draw(st.sampled_from(MARTS)))
    elif step == "given":
        build(house, data.draw(st.sampled_from(MARTS)), "2024-05-02...2024-05-03")
    elif staged := sorted(set(house.batches) - set(waiting)):
        batch = data.draw(st.sampled_from(staged))
        house.restage(batch, *data.draw(ROWS))
        house.reload(batch)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_built_by_partition_is_built_whole(data: st.DataObject) -> None:
    with memory_lake() as lake:
        house = House(lake, deeds_town())
        house.land("deeds", ("ann", "2024-05-01 10:00", 1))
        waiting: list[str] = []
        house.load()
        for name in MARTS:
            build(house, name)
        for step in data.draw(st.lists(STEPS, max_size=8), label="steps"):
            act(house, step, data, waiting)
        for batch in waiting:
            house.stage(batch)
        house.load()
        for name in (*MARTS, "whole"):
            build(house, name)
        assert table(house, "daily") == table(house, "whole")
        assert table(house, "daily_total") == totals(house)


def totals(house: House) -> list[tuple[Any, ...]]:
    return sorted(
        house.query("select done_on, cast(sum(hours) as bigint) from mart.whole group by done_on")
    )

"""Marts by key over random, late and replaced batches are the marts built whole."""

import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.keyed_towns import INCREMENTAL, build, equals_whole, visits_town
from vault_assets_tests.loading.lakes import memory_lake

EXAMPLES = int(os.environ.get("VAULT_ASSETS_TEST_EXAMPLES", "10"))
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["s", "t", "u", None]),
        st.sampled_from(["home", "shop", "help"]),
        st.sampled_from([1, 2, 5, None]),
        st.builds("2024-05-0{} 10:00".format, st.integers(1, 3)),
    ),
    max_size=4,
)
STEPS = st.sampled_from(["land", "announce", "stage", "build", "all", "replay"])


def act(house: House, step: str, data: st.DataObject, waiting: list[str]) -> None:
    """Do one of the things that happen to a warehouse."""
    if step == "land":
        house.land("visits", *data.draw(ROWS))
    elif step == "announce":
        waiting.append(house.announce("visits", *data.draw(ROWS)))
    elif step == "stage" and waiting:
        house.stage(waiting.pop())
    elif step in ("build", "all"):
        given = "all" if step == "all" else None
        build(house, data.draw(st.sampled_from(INCREMENTAL)), given)
    elif step == "replay" and (staged := sorted(set(house.batches) - set(waiting))):
        batch = data.draw(st.sampled_from(staged))
        house.restage(batch, *data.draw(ROWS))
        house.reload(batch)


def built(house: House) -> Any:
    for name in INCREMENTAL:
        build(house, name)
    for name in INCREMENTAL:
        equals_whole(house, name)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_built_by_key_is_built_whole(data: st.DataObject) -> None:
    with memory_lake() as lake:
        house = House(lake, visits_town())
        house.land("visits", ("s", "home", 1, "2024-05-01 10:00"))
        waiting: list[str] = []
        built(house)
        for step in data.draw(st.lists(STEPS, max_size=8), label="steps"):
            act(house, step, data, waiting)
        for batch in waiting:
            house.stage(batch)
        built(house)

"""Tables that follow events or operations against plain Python, over random batches."""

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vault_assets.loading.judging import judge_vault_table
from vault_assets.loading.replaying import rebuild_vault
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.test_event_time import PLANS, first, plans, time
from vault_assets_tests.loading.test_pattern_properties import examples
from vault_assets_tests.loading.warehouses import source, warehouse

people = st.sampled_from(["ann", " ann", "", "a|b", None])
events = st.tuples(
    people, st.sampled_from(["x", "X", "y", None]), st.sampled_from([1, 2, 3, None]),
    st.integers(0, 2),
)  # fmt: skip
landings = st.lists(
    st.tuples(st.sampled_from(["seen", "changes"]), st.lists(events, max_size=4)),
    min_size=1,
    max_size=5,
)
STAGES = ["changes", "seen"]


def relations(batches: list[Any]) -> list[tuple[Any, ...]]:
    """Return (person, plan, hour of its begin, hour of its end), in their order."""
    found: list[tuple[Any, ...]] = []
    told = [
        (person, hour, name == "changes", no, number, line, plan)
        for number, (name, rows) in enumerate(batches)
        for line, (person, plan, hour, no) in enumerate(rows)
        if None not in (person, plan, hour)
    ]
    for person, group in itertools.groupby(sorted(told), key=lambda event: event[0]):
        opened: list[tuple[str, int]] = []
        for place, (_, hour, changes, *_, plan) in enumerate(group):
            if place == 0 or (changes and opened[-1][0] != plan):
                opened.append((plan, hour))
        ends = [hour for _, hour in opened[1:]]
        for (plan, hour), end in zip(opened, [*ends, None], strict=True):
            found.append((person, plan, hour, end))
    return found


def earliest(batches: list[Any]) -> list[tuple[Any, ...]]:
    """Return (person, hour, number, batch) of the first event of each person."""
    told = [
        (person, hour, no, number)
        for number, (name, rows) in enumerate(batches, start=1)
        for person, _, hour, no in rows
        if name == "seen" and None not in (person, hour)
    ]
    found: dict[str, tuple[Any, ...]] = {}
    for person, hour, no, number in sorted(told):
        found.setdefault(person, (person, hour, no, f"seen-{number}"))
    return list(found.values())


@examples
@given(batches=landings, data=st.data())
def test_events_in_any_order_of_batches_give_the_relations_of_plain_python(
    batches: list[Any], data: st.DataObject
) -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**PLANS))
        house.load()
        landed = [
            house.announce(
                name, *((p, plan, hour and time(hour), no) for p, plan, hour, no in rows)
            )
            for name, rows in batches
        ]
        for batch_id in data.draw(st.permutations(landed)):
            house.stage(batch_id)
            if data.draw(st.booleans()):
                house.load()
        house.load()
        assert plans(house) == relations(batches)
        assert first(house) == earliest(batches)
        judged = judge_vault_table(lake, house.warehouse, "ee_plans")
        assert [verdict.audit.name for verdict in judged if not verdict.passed] == []
        contents = [house.contents("ee_plans"), house.contents("nhl_first")]
        again = data.draw(st.sampled_from(landed))
        house.restage(again, *house.batches[again].rows)
        house.reload(again)
        assert [house.contents("ee_plans"), house.contents("nhl_first")] == contents
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert [house.contents("ee_plans"), house.contents("nhl_first")] == contents


operations = st.lists(st.tuples(people, st.sampled_from(["I", "U", "D", "d", None])), max_size=4)


@examples
@given(batches=st.lists(operations, min_size=1, max_size=5), data=st.data())
def test_operations_in_any_order_of_batches_give_the_statuses_of_plain_python(
    batches: list[Any], data: st.DataObject
) -> None:
    declared = warehouse(
        sources={"people": source({"person": "text", "op": "text"}, "cdc")},
        hubs={"h_people": {"keys": "person", "from": "people"}},
        status_tracking_satellites={
            "st": {"parent": "h_people", "from": "people", "operation": "op", "late": "repair"}
        },
    )
    with memory_lake() as lake:
        house = House(lake, declared)
        house.load()
        landed = [house.announce("people", *rows) for rows in batches]
        for batch_id in data.draw(st.permutations(landed)):
            house.stage(batch_id)
            if data.draw(st.booleans()):
                house.load()
        house.load()
        expected, held = [], {}
        for number, rows in enumerate(batches, start=1):
            places: dict[str, int] = {}
            for person, operation in rows:
                status = "DELETED" if operation == "D" else "ACTIVE"
                if person is not None and held.get(person) != status:
                    place = places[person] = places.get(person, -1) + 1
                    expected.append((person, status, number, place))
                    held[person] = status
        found = house.rows("st", "hk_people status load_ts load_seq")
        assert found == sorted(expected, key=repr)
        contents = house.contents("st")
        rebuild_vault(lake, declared, run_id="rebuild")
        assert house.contents("st") == contents


rows = st.lists(st.sampled_from(["a", "b", "c", "", None]), max_size=3)
twins = st.lists(st.tuples(st.sampled_from(STAGES), rows), min_size=1, max_size=6)


@examples
@given(batches=twins, data=st.data())
def test_sources_that_share_load_times_give_one_hub_and_link_in_any_order(
    batches: list[Any], data: st.DataObject
) -> None:
    keys = {"person": "text", "plan": "text"}
    declared = warehouse(
        sources={name: source(keys) for name in STAGES},
        hubs={
            "h_people": {"keys": "person", "from": STAGES},
            "h_plans": {"keys": "plan", "from": STAGES},
        },
        links={
            "l_plans": {"hubs": {"hk_people": "h_people", "hk_plans": "h_plans"}, "from": STAGES}
        },
    )
    with memory_lake() as lake:
        house = House(lake, declared)
        house.load()
        taken: dict[str, int] = dict.fromkeys(STAGES, 0)
        landed, first_rows = [], {}
        for name, delivered in batches:
            taken[name] += 1
            at = taken[name]
            landed.append(house.announce(name, *((key, "x") for key in delivered), at=at))
            for key in delivered:
                told = (at, STAGES.index(name), landed[-1])
                first_rows[key] = min(first_rows.get(key, told), told)
        for batch_id in data.draw(st.permutations(landed)):
            house.stage(batch_id)
            if data.draw(st.booleans()):
                house.load()
        house.load()
        expected = {key: told[-1] for key, told in first_rows.items() if key is not None}
        assert dict(house.rows("h_people", "person batch_id")) == expected
        assert dict(house.rows("l_plans", "hk_people batch_id")) == expected

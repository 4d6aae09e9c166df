"""Earliest rows and effectivity by event time: what they are does not depend on the batches."""

import itertools
import random
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse

SEEN = {"person": "text", "plan": "text", "at": "timestamp", "no": "integer"}
CHANGES = {"person": "text", "plan": "text", "at": "timestamp", "no": "integer"}
PLANS: dict[str, Any] = {
    "sources": {"seen": source(SEEN), "changes": source(CHANGES)},
    "hubs": {
        "h_people": {"keys": "person", "from": ["seen", "changes"]},
        "h_plans": {"keys": "plan", "from": ["seen", "changes"]},
    },
    "links": {
        "l_plans": {
            "hubs": {"hk_people": "h_people", "hk_plans": "h_plans"},
            "from": ["seen", "changes"],
        }
    },
    "non_historized_links": {
        "nhl_first": {
            "hubs": {"hk_people": "h_people"},
            "identity": ["person", "at", "no"],
            "payload": ["plan"],
            "from": {"stage": "seen", "earliest": {"per": ["person"], "order": ["at", "no"]}},
        }
    },
    "event_effectivity_satellites": {
        "ee_plans": {
            "link": "l_plans",
            "driving": "hk_people",
            "order": "no",
            "from": [
                {"stage": "changes", "at": "at"},
                {"stage": "seen", "at": "at", "only_first": True},
            ],
        }
    },
}


@pytest.fixture
def house() -> Iterator[House]:
    with memory_lake() as lake:
        yield House(lake, warehouse(**PLANS))


def time(hour: int) -> str:
    return f"2024-05-01 {hour:02}:00"


def row(person: str, plan: str, hour: int, no: int = 0) -> tuple[str, str, str, int]:
    return (person, plan, time(hour), no)


def plans(house: House) -> list[tuple[Any, ...]]:
    found = house.query(
        "select p.person, q.plan, hour(e.effective_from), hour(e.effective_to) "
        "from vault.ee_plans as e inner join vault.l_plans as l using (lk_plans) "
        "inner join vault.h_people as p on p.hk_people = e.hk_people "
        "inner join vault.h_plans as q on q.hk_plans = l.hk_plans "
        "where e.batch_id <> 'ghost' order by 1, e.effective_from, e.effective_seq"
    )
    return [tuple(item) for item in found]


def first(house: House) -> list[tuple[Any, ...]]:
    return house.query(
        'select person, hour("at"), no, batch_id from vault.nhl_first '
        "where batch_id <> 'ghost' order by 1"
    )


def test_only_the_earliest_row_of_a_group_is_an_event(house: House) -> None:
    house.land(
        "seen", row("ann", "a", 3), row("ann", "a", 2, 1), row("ann", "b", 2), row("bo", "a", 9)
    )
    house.load()
    assert first(house) == [("ann", 2, 0, "seen-1"), ("bo", 9, 0, "seen-1")]


def test_an_earlier_row_that_comes_later_takes_the_place(house: House) -> None:
    house.land("seen", row("ann", "a", 3), row("bo", "a", 5))
    house.load()
    house.land("seen", row("ann", "a", 1), row("bo", "a", 7))
    house.load()
    assert first(house) == [("ann", 1, 0, "seen-2"), ("bo", 5, 0, "seen-1")]
    assert house.counters("nhl_first")["seen-2"] == (1, 1, 0, 0, 0)


def test_a_late_batch_and_a_replay_leave_the_earliest(house: House) -> None:
    house.land("seen", row("ann", "a", 3), at=9)
    house.load()
    house.land("seen", row("ann", "a", 1), at=5)
    house.load()
    assert first(house) == [("ann", 1, 0, "seen-5")]
    house.restage("seen-5", row("ann", "a", 4))
    house.reload("seen-5")
    assert first(house) == [("ann", 3, 0, "seen-9")]


def test_the_first_event_opens_and_changes_close_and_open(house: House) -> None:
    house.land("seen", row("ann", "free", 1), row("ann", "paid", 3))
    house.land("changes", row("ann", "paid", 5), row("ann", "paid", 6), row("ann", "free", 7))
    house.load()
    assert plans(house) == [("ann", "free", 1, 5), ("ann", "paid", 5, 7), ("ann", "free", 7, None)]
    assert house.counters("ee_plans") == {"seen-1": (2, 1, 1, 0, 0), "changes-2": (3, 2, 1, 0, 0)}


def test_a_change_that_comes_late_is_put_in_its_place(house: House) -> None:
    house.land("seen", row("ann", "free", 1), row("bo", "free", 1))
    house.land("changes", row("ann", "free", 7))
    house.load()
    assert plans(house) == [("ann", "free", 1, None), ("bo", "free", 1, None)]
    house.land("changes", row("ann", "paid", 5))
    house.load()
    assert plans(house)[:3] == [
        ("ann", "free", 1, 5),
        ("ann", "paid", 5, 7),
        ("ann", "free", 7, None),
    ]


def test_an_earlier_first_event_moves_the_beginning(house: House) -> None:
    house.land("seen", row("ann", "free", 4))
    house.land("changes", row("ann", "paid", 5))
    house.load()
    house.land("seen", row("ann", "paid", 2), row("ann", "free", 9))
    house.load()
    assert plans(house) == [("ann", "paid", 2, None)]


def test_relations_that_begin_at_one_time_are_ordered(house: House) -> None:
    house.land("changes", row("ann", "a", 5, 3), row("ann", "b", 5, 2), row("ann", "a", 5, 1))
    house.land("seen", row("ann", "c", 5))
    house.load()
    assert plans(house) == [
        ("ann", "c", 5, 5),
        ("ann", "a", 5, 5),
        ("ann", "b", 5, 5),
        ("ann", "a", 5, None),
    ]


def test_later_events_of_a_known_key_do_not_touch_it(house: House) -> None:
    house.land("seen", row("ann", "free", 1))
    house.load()
    house.land("seen", row("ann", "paid", 9))
    assert house.load("h_people", "h_plans", "l_plans", "ee_plans").rebuilt == 0
    assert house.load().rows_written == 0


def test_a_row_without_time_is_quarantined(house: House) -> None:
    house.land("changes", ("ann", "paid", None, 1), row("ann", "free", 2))
    house.load()
    assert house.quarantined("changes", "ee_plans") == [("changes-1", 2, "null_key:effective_from")]
    assert plans(house) == [("ann", "free", 2, None)]


@pytest.mark.parametrize("seed", range(6))
def test_the_history_is_that_of_all_events_whatever_the_batches(seed: int) -> None:
    chance = random.Random(seed)
    batches = [
        (
            chance.choice(["seen", "changes"]),
            [
                row(chance.choice("abc"), chance.choice("xyz"), chance.randrange(24), no)
                for no in range(chance.randrange(1, 5))
            ],
        )
        for _ in range(6)
    ]
    with memory_lake() as lake:
        house = House(lake, warehouse(**PLANS))
        for number, (name, rows) in enumerate(batches):
            house.land(name, *rows, at=chance.choice([number * 2 + 1, 40 - number]))
            house.load()
        found, events = plans(house), first(house)
        house.load("nhl_first", rebuild=True)
        assert first(house) == events
        house.load("ee_plans", rebuild=True)
        assert plans(house) == found
    landed = [(house.batches[b].at, b) for b in house.batches]
    assert landed
    earliest = {}
    for name, rows in batches:
        for person, _, at, no in rows if name == "seen" else ():
            earliest[person] = min(earliest.get(person, ("9", 0)), (at, no))
    assert {p: (time(hour), no) for p, hour, no, _ in events} == earliest
    for _, group in itertools.groupby(found, key=lambda item: item[0]):
        spans = list(group)
        assert [end for *_, end in spans[:-1]] == [start for _, _, start, _ in spans[1:]]
        assert spans[-1][3] is None
        assert all(one[1] != two[1] for one, two in itertools.pairwise(spans))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("driving", "hk_person", "no role 'hk_person': did you mean 'hk_people'"),
        ("link", "l_plan", "no link 'l_plan': did you mean 'l_plans'"),
        ("order", "nr", "no column of stage changes 'nr'"),
        ("from", [{"stage": "changes", "at": "plan"}], "no timestamp"),
        ("from", [{"stage": "seem", "at": "at"}], "did you mean 'seen'"),
    ],
)
def test_mistakes_are_told(field: str, value: Any, told: str) -> None:
    wrong = {**PLANS["event_effectivity_satellites"]["ee_plans"], field: value}
    with pytest.raises(ValidationError, match=told):
        warehouse(**{**PLANS, "event_effectivity_satellites": {"ee_plans": wrong}})


def test_earliest_is_of_non_historized_links() -> None:
    chosen = {"stage": "seen", "earliest": {"per": "person", "order": "at"}}
    links = {"l_plans": {**PLANS["links"]["l_plans"], "from": [chosen, "changes"]}}
    with pytest.raises(ValidationError, match="is of non-historized links"):
        warehouse(**{**PLANS, "links": links})

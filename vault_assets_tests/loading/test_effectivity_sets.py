"""Effectivity of sets: a delivered driving key brings all of its partners, others are untouched."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vault_assets.errors import LateBatchError
from vault_assets.loading.judging import judge_vault_table
from vault_assets.loading.replaying import rebuild_vault
from vault_assets_tests.loading.houses import NOON, House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse

EXAMPLES = int(os.environ.get("VAULT_ASSETS_TEST_EXAMPLES", "4"))
CHANGES = "lk_members is_active effective_from load_ts load_seq"


def club(late: str = "strict", orphans: str = "infer", **changes: Any) -> dict[str, Any]:
    """Declare teams and their members."""
    effectivity = {
        "link": "l_members",
        "driving": "hk_teams",
        "cardinality": "set",
        "from": "members",
        "late": late,
        **({"orphans": "quarantine"} if orphans == "quarantine" else {}),
    }
    return {
        "sources": {
            "members": source({"team": "text", "person": "text", "since": "timestamp"}),
            "people": source({"person": "text"}),
        },
        "hubs": {
            "h_teams": {"keys": "team", "from": "members"},
            "h_people": {"keys": "person", "from": "people"},
        },
        "links": {
            "l_members": {
                "hubs": {"hk_teams": "h_teams", "hk_people": "h_people"},
                "from": "members",
                "orphans": orphans,
            }
        },
        "effectivity_satellites": {"e_members": {**effectivity, **changes}},
    }


def members(*pairs: tuple[str | None, str | None]) -> list[tuple[Any, ...]]:
    return [(*pair, NOON) for pair in pairs]


def passes_its_checks(house: House) -> None:
    verdicts = judge_vault_table(house.lake, house.warehouse, "e_members")
    assert [v.audit.name for v in verdicts if not v.passed] == []


def test_a_delivered_set_replaces_the_set_before() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**club()))
        house.land("members", *members(("t", "x"), ("t", "y"), ("t", "x"), ("u", "x")))
        house.load()
        house.land("members", *members(("t", "y"), ("t", "z")))
        house.land("members", *members(("t", None)))
        house.land("members", *members(("t", "y"), (None, "y"), ("t", None)))
        house.load()
        assert house.rows("e_members", CHANGES) == [
            ("t/x", False, 2, 2, 0),
            ("t/x", True, 1, 1, 0),
            ("t/y", False, 3, 3, 0),
            ("t/y", True, 1, 1, 0),
            ("t/y", True, 4, 4, 0),
            ("t/z", False, 3, 3, 0),
            ("t/z", True, 2, 2, 0),
            ("u/x", True, 1, 1, 0),
        ]
        assert house.counters("e_members") == {
            "members-1": (4, 3, 0, 1, 0),
            "members-2": (2, 1, 1, 0, 0),
            "members-3": (1, 1, 0, 0, 0),
            "members-4": (3, 1, 1, 0, 1),
        }
        passes_its_checks(house)


def test_an_empty_batch_delivers_no_set() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**club()))
        house.land("members", *members(("t", "x")))
        house.land("members")
        house.load()
        assert house.rows("e_members", CHANGES) == [("t/x", True, 1, 1, 0)]


def test_the_first_set_of_a_driving_key_may_have_a_declared_start() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**club(effective_from={"first": "since"})))
        house.land("members", *members(("t", None)))
        house.land("members", *members(("t", "x")))
        house.load()
        house.land("members", *members(("t", "x"), ("t", "y")))
        house.load()
        assert house.rows("e_members", CHANGES) == [
            ("t/x", True, 0, 2, 0),
            ("t/y", True, 3, 3, 0),
        ]


def test_a_late_set_is_refused_or_rebuilds_its_driving_key() -> None:
    for late in ("strict", "repair"):
        with memory_lake() as lake:
            house = House(lake, warehouse(**club(late)))
            first = house.announce("members", *members(("t", "x")))
            house.land("members", *members(("t", "y"), ("u", "x")))
            if late == "strict":
                with pytest.raises(LateBatchError, match=first):
                    house.load()
                continue
            house.load()
            house.stage(first)
            house.load()
            assert house.rows("e_members", CHANGES) == [
                ("t/x", False, 2, 2, 0),
                ("t/x", True, 1, 1, 0),
                ("t/y", True, 2, 2, 0),
                ("u/x", True, 2, 2, 0),
            ]


def test_an_orphan_enters_its_set_when_its_key_is_known() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**club(orphans="quarantine")))
        house.land("people", ("y",))
        house.land("members", *members(("t", "x"), ("t", "y")))
        house.load()
        assert house.rows("e_members", CHANGES) == [("t/y", True, 2, 2, 0)]
        passes_its_checks(house)
        house.land("people", ("x",))
        house.load()
        assert house.rows("e_members", CHANGES) == [
            ("t/x", True, 2, 2, 0),
            ("t/y", True, 2, 2, 0),
        ]
        passes_its_checks(house)


def test_a_set_needs_a_driving_key_and_takes_no_order() -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"driving": []}, "driving"),
        ({"order": "file"}, "order"),
    ]
    for changes, match in wrong:
        with pytest.raises(ValidationError, match=match):
            warehouse(**club(**changes))


teams = st.sampled_from(["t", "u", "", "a||b", None])
people = st.sampled_from(["x", "y", " A", "", "b||c", "^^", None])
batches_of_sets = st.lists(st.lists(st.tuples(teams, people), max_size=6), min_size=1, max_size=5)


def reference(batches: list[Any]) -> list[tuple[str, str, bool, int]]:
    """Return (team, person, is active, batch) of every change."""
    found, active = [], {}
    for number, pairs in enumerate(batches, start=1):
        delivered: dict[str, set[str]] = {}
        for team, person in pairs:
            if team is not None:
                delivered.setdefault(team, set()).update([] if person is None else [person])
        for team, now in delivered.items():
            before = active.get(team, set())
            found += [(team, person, True, number) for person in now - before]
            found += [(team, person, False, number) for person in before - now]
            active[team] = now
    return sorted(found, key=repr)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=batches_of_sets, data=st.data())
def test_any_order_gives_the_sets_of_plain_python(batches: Any, data: st.DataObject) -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**club("repair")))
        house.load()
        landed = [house.announce("members", *members(*pairs)) for pairs in batches]
        for batch_id in data.draw(st.permutations(landed)):
            house.stage(batch_id)
            if data.draw(st.booleans()):
                house.load()
        house.load()
        found = house.rows_of(
            "select l.hk_teams, l.hk_people, e.is_active, e.load_ts from vault.e_members as e "
            "inner join vault.l_members as l using (lk_members) where e.batch_id <> 'ghost'"
        )
        assert found == reference(batches)
        passes_its_checks(house)
        contents = house.contents("e_members")
        again = data.draw(st.sampled_from(landed))
        house.restage(again, *house.batches[again].rows)
        house.reload(again)
        house.load()
        assert house.contents("e_members") == contents
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert house.contents("e_members") == contents

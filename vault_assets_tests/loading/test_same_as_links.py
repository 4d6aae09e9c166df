"""Same-as links: one final master per duplicate, whatever was stated in which order."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vault_assets.loading.judging import judge_vault_table
from vault_assets.loading.replaying import rebuild_vault
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import file_lake, memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse

EXAMPLES = int(os.environ.get("VAULT_ASSETS_TEST_EXAMPLES", "4"))
PAIRS = {"duplicate": "text", "master": "text"}
KEYS = {"hk_master": "master", "hk_duplicate": "duplicate"}
STATE = "hk_duplicate stated_master hk_master is_current load_ts"
Pair = tuple[str | None, str | None]


def register(delivery: str = "delta", **changes: Any) -> dict[str, Any]:
    """Declare people, and who is whose duplicate."""
    link = {
        "hubs": {"hk_master": "h_people", "hk_duplicate": "h_people"},
        "from": {"stage": "merges", "keys": KEYS},
        "orphans": "infer",
    }
    return {
        "sources": {
            "people": source({"person": "text"}),
            "merges": source(PAIRS, delivery),
        },
        "hubs": {"h_people": {"keys": "person", "from": "people"}},
        "same_as_links": {"sal_people": {**link, **changes}},
    }


@pytest.fixture
def house() -> Iterator[House]:
    with memory_lake() as lake:
        yield House(lake, warehouse(**register()))


def masters(house: House) -> dict[str, str]:
    """Return the master of every key, as the view says."""
    found = house.rows_of("select hk_people, hk_master from vault.h_people_x_master")
    return {key: master for key, master in found if isinstance(key, str)}


def current(house: House) -> dict[str, str]:
    rows = house.rows("sal_people", "hk_duplicate hk_master is_current")
    return {duplicate: master for duplicate, master, is_current in rows if is_current}


def passes_its_checks(house: House, table: str = "sal_people") -> None:
    verdicts = judge_vault_table(house.lake, house.warehouse, table)
    assert [v.audit.name for v in verdicts if not v.passed] == []


def test_a_chain_is_resolved_to_its_final_master(house: House) -> None:
    house.land("people", ("z",))
    house.land("merges", ("b", "a"))
    house.load()
    house.land("merges", ("c", "b"))
    house.load()
    assert house.rows("sal_people", STATE) == [
        ("b", "a", "a", True, 2),
        ("c", "b", "a", True, 3),
    ]
    assert masters(house) == {"a": "a", "b": "a", "c": "a", "z": "z"}
    passes_its_checks(house)


def test_a_chain_is_resolved_again_when_its_master_becomes_a_duplicate(house: House) -> None:
    house.land("merges", ("c", "b"))
    house.load()
    assert current(house) == {"c": "b"}
    house.land("merges", ("b", "a"))
    assert house.load("h_people", "sal_people").rows_written == 2
    assert house.rows("sal_people", STATE) == [
        ("b", "a", "a", True, 2),
        ("c", "b", "a", True, 1),
    ]
    passes_its_checks(house)


def test_a_key_is_not_its_own_master(house: House) -> None:
    house.land("merges", ("a", "a"), (None, "a"), ("b", "a"))
    house.load()
    assert current(house) == {"b": "a"}
    assert house.quarantined("merges", "sal_people") == [
        ("merges-1", 2, "self_pair"),
        ("merges-1", 3, "null_key:hk_duplicate"),
    ]
    assert house.counters("sal_people") == {"merges-1": (3, 1, 0, 0, 2)}


def test_two_masters_in_one_batch_contradict_each_other(house: House) -> None:
    house.land("merges", ("b", "a"), ("b", "z"), ("c", "a"), ("c", "a"))
    house.load()
    assert current(house) == {"c": "a"}
    assert house.quarantined("merges", "sal_people") == [
        ("merges-1", 2, "conflict"),
        ("merges-1", 3, "conflict"),
    ]


def test_a_later_master_replaces_the_one_before_and_may_be_replaced_by_it(house: House) -> None:
    for master in ("a", "z"):
        house.land("merges", ("b", master))
        house.load()
    assert house.rows("sal_people", STATE) == [
        ("b", "a", "a", False, 1),
        ("b", "z", "z", True, 2),
    ]
    house.land("merges", ("b", "a"))
    house.load()
    assert house.rows("sal_people", STATE) == [
        ("b", "a", "a", True, 1),
        ("b", "z", "z", False, 2),
    ]
    assert house.counters("sal_people")["merges-3"] == (1, 0, 1, 0, 0)


def test_pairs_that_would_close_a_cycle_are_quarantined(house: House) -> None:
    house.land("merges", ("b", "a"))
    house.land("merges", ("c", "b"))
    house.land("merges", ("a", "c"), ("d", "a"))
    house.load()
    assert current(house) == {"b": "a", "c": "a", "d": "a"}
    assert house.quarantined("merges", "sal_people") == [("merges-3", 2, "cycle")]
    house.land("merges", ("x", "y"), ("y", "x"))
    house.load()
    assert house.quarantined("merges", "sal_people")[1:] == [
        ("merges-4", 2, "cycle"),
        ("merges-4", 3, "cycle"),
    ]


def test_an_older_pair_that_counts_again_may_close_a_cycle_too(house: House) -> None:
    house.land("merges", ("b", "a"))
    house.land("merges", ("b", "c"), ("c", "b"), ("a", "b"))
    house.load()
    assert current(house) == {"b": "a"}
    assert [reason for _, _, reason in house.quarantined("merges", "sal_people")] == ["cycle"] * 3
    passes_its_checks(house)


def test_a_late_batch_gives_what_it_would_have_given_in_time(house: House) -> None:
    late = house.announce("merges", ("a", "b"))
    house.land("merges", ("b", "a"))
    house.load()
    assert current(house) == {"b": "a"}
    house.stage(late)
    house.load()
    assert current(house) == {"a": "b"}
    assert house.quarantined("merges", "sal_people") == [("merges-2", 2, "cycle")]


def test_an_orphan_waits_for_its_key() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**register(orphans="quarantine")))
        house.land("people", ("a",), ("c",))
        house.land("merges", ("b", "a"), ("c", "b"))
        house.load()
        assert current(house) == {}
        assert house.load().rebuilt == 0
        house.land("people", ("b",))
        house.load()
        assert current(house) == {"b": "a", "c": "a"}
        assert house.quarantined("merges", "sal_people") == []


@pytest.mark.parametrize("undo", ["appearance", "driving"])
def test_an_effectivity_satellite_undoes_a_pair_and_what_hangs_on_it(undo: str) -> None:
    declared = register("full")
    house_of = declared | {
        "effectivity_satellites": {
            "e_same": {"link": "sal_people", "from": "merges", "orphans": "quarantine"}
        }
    }
    if undo == "driving":
        house_of["effectivity_satellites"]["e_same"]["driving"] = "hk_duplicate"
    with memory_lake() as lake:
        before = House(lake, warehouse(**declared))
        before.land("merges", ("b", "a"), ("c", "b"), ("d", "a"))
        before.load()
        house = House(lake, warehouse(**house_of), before.batches, before.clock)
        house.load()
        assert masters(house) == {"a": "a", "b": "a", "c": "a", "d": "a"}
        house.land("merges", ("b", None), ("c", "b"), ("d", "a"))
        house.load()
        assert masters(house) == {"a": "a", "b": "b", "c": "b", "d": "a"}
        assert current(house) == {"b": "a", "c": "a", "d": "a"}
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert masters(house) == {"a": "a", "b": "b", "c": "b", "d": "a"}


@pytest.mark.parametrize(
    "rules",
    [
        {"profile": "automate_dv"},
        {"profile": "datavault4dbt", "digest": "sha1", "variant": "first"},
    ],
    ids=str,
)
def test_pairs_are_resolved_with_the_hash_rules_of_a_vault_taken_over(rules: Any) -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**register(), hashing=rules))
        house.land("merges", ("c", "b"), ("d", "d"))
        house.land("merges", ("b", "a"))
        house.land("merges", ("a", "c"))
        house.load()
        passes_its_checks(house)
        assert house.query(
            "select h.person, m.person from vault.h_people_x_master as v "
            "inner join vault.h_people as h using (hk_people) "
            "inner join vault.h_people as m on m.hk_people = v.hk_master "
            "where h.batch_id <> 'ghost' order by 1"
        ) == [("a", "a"), ("b", "a"), ("c", "a"), ("d", "d")]
        assert [reason for _, _, reason in house.quarantined("merges", "sal_people")] == [
            "self_pair",
            "cycle",
        ]


@pytest.mark.slow
def test_a_real_lake_resolves_and_undoes_as_one_in_memory(tmp_path: Path) -> None:
    undo = {"link": "sal_people", "from": "merges", "driving": "hk_duplicate"}
    undo["orphans"] = "quarantine"
    declared = register() | {"effectivity_satellites": {"e_same": undo}}
    with file_lake(tmp_path) as lake:
        house = House(lake, warehouse(**declared))
        for rows in ([("c", "b")], [("b", "a")], [("a", "c")], [("b", None), ("d", "c")]):
            house.land("merges", *rows)
            house.load()
        assert house.quarantined("merges", "sal_people")[0] == ("merges-3", 2, "cycle")
        assert current(house) == {"b": "a", "c": "a", "d": "a"}
        assert masters(house) == {"a": "a", "b": "b", "c": "b", "d": "b"}
        passes_its_checks(house)
        contents = house.contents("sal_people")
        house.load()
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert house.contents("sal_people") == contents


def test_declarations_that_make_no_sense_are_refused() -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"orphans": "unknown"}, "nobody's duplicate"),
        ({"nulls": {"hk_master": "unknown"}}, "nobody's duplicate"),
        ({"hubs": {"hk_master": "h_people"}}, "at least 2"),
        ({"hubs": {"hk_master": "h_people", "hk_duplicate": "h_teams"}}, "one hub"),
        ({"master_view": "h_people"}, "is the name of"),
    ]
    for changes, match in wrong:
        with pytest.raises(ValidationError, match=match):
            warehouse(**register(**changes))


def reference(
    batches: Sequence[Sequence[Pair]],
) -> tuple[dict[str, str], set[tuple[int, int, str]]]:
    """Return the stated master of each duplicate, and (batch, line, reason) of refused rows."""
    held: dict[str, str] = {}
    refused: set[tuple[int, int, str]] = set()
    for number, rows in enumerate(batches, start=1):
        usable: dict[int, tuple[str, str]] = {}
        for line, (duplicate, master) in enumerate(rows, start=2):
            if master is None or duplicate is None:
                role = "hk_master" if master is None else "hk_duplicate"
                refused.add((number, line, f"null_key:{role}"))
            elif master == duplicate:
                refused.add((number, line, "self_pair"))
            else:
                usable[line] = (duplicate, master)
        told: dict[str, set[str]] = {}
        for duplicate, master in usable.values():
            told.setdefault(duplicate, set()).add(master)
        new = {d: next(iter(found)) for d, found in told.items() if len(found) == 1}
        reasons = {d: "conflict" for d in told if d not in new}
        while closing := [d for d in new if _returns(d, held | new)]:
            reasons |= dict.fromkeys(closing, "cycle")
            new = {d: m for d, m in new.items() if d not in closing}
        for line, (duplicate, _) in usable.items():
            if duplicate in reasons:
                refused.add((number, line, reasons[duplicate]))
        held |= new
    return held, refused


def _returns(start: str, pairs: dict[str, str]) -> bool:
    at = pairs[start]
    for _ in pairs:
        if at == start:
            return True
        at = pairs.get(at, at)
    return at == start


def _final(key: str, pairs: dict[str, str]) -> str:
    while key in pairs:
        key = pairs[key]
    return key


keys = st.sampled_from(["a", "b", "c", "d", " a", "", "^^", "a||b", "a|b", None])
few = st.sampled_from("abcdefgh")
steps = st.lists(st.lists(st.tuples(few, few), min_size=1, max_size=3), min_size=3, max_size=8)
batches_of_pairs = st.lists(st.lists(st.tuples(keys, keys), max_size=6), min_size=1, max_size=5)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=batches_of_pairs, data=st.data())
def test_any_order_gives_the_masters_of_plain_python(
    batches: list[list[Pair]], data: st.DataObject
) -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**register()))
        landed = [house.announce("merges", *rows) for rows in batches]
        for batch_id in data.draw(st.permutations(landed)):
            house.stage(batch_id)
            if data.draw(st.booleans()):
                house.load()
        house.load()
        held, refused = reference(batches)
        assert current(house) == {duplicate: _final(duplicate, held) for duplicate in held}
        assert set(house.quarantined("merges", "sal_people")) == {
            (f"merges-{number}", line, reason) for number, line, reason in refused
        }
        assert masters(house) == {key: _final(key, held) for key in masters(house)}
        passes_its_checks(house)
        contents = house.contents("sal_people")
        again = data.draw(st.sampled_from(landed))
        house.restage(again, *house.batches[again].rows)
        house.reload(again)
        house.load()
        assert house.contents("sal_people") == contents
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert house.contents("sal_people") == contents


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=steps)
def test_after_each_batch_the_groups_are_those_of_plain_python(batches: list[list[Pair]]) -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**register()))
        for number, rows in enumerate(batches, start=1):
            house.land("merges", *rows)
            house.load()
            held, _ = reference(batches[:number])
            assert current(house) == {duplicate: _final(duplicate, held) for duplicate in held}
            replaced = house.rows("sal_people", "stated_master hk_master is_current")
            assert all(_final(stated, held) == master for stated, master, _ in replaced)
            passes_its_checks(house)
        contents = house.contents("sal_people")
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert house.contents("sal_people") == contents


def test_only_pairs_of_the_groups_that_a_batch_touches_are_written() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**register()))
        house.land("merges", ("b", "a"), ("c", "b"), ("y", "x"), ("z", "y"))
        house.load()
        house.land("merges", ("d", "c"))
        assert house.load().rows_written == 1
        house.land("merges", ("a", "z"))
        assert house.load().rows_written == 4
        assert current(house) == dict.fromkeys("abcdyz", "x")

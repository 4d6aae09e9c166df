"""Hubs: the first batch that knows a key gives its row."""

import datetime as dt
from collections.abc import Iterator

import pytest

from vault_assets import hashing
from vault_assets.model.types import parse_type
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse

HUB = "hk_people person load_ts batch_id"
TEXT = parse_type("text")


@pytest.fixture
def pairs() -> Iterator[House]:
    """Give a house with one hub whose key has two parts."""
    declared = warehouse(
        sources={"pairs": source({"one": "text", "two": "text"})},
        hubs={"h_pairs": {"keys": ["one", "two"], "from": "pairs"}},
    )
    with memory_lake() as lake:
        yield House(lake, declared)


def test_each_key_lands_once(house: House) -> None:
    house.land("people", ("ann", "Ann", "Oslo"), ("bob", "Bob", "Rome"))
    house.land("people", ("ann", "Anna", "Lima"), ("cat", "Cat", None))
    house.load("h_people")
    assert house.rows("h_people", HUB) == [
        ("ann", "ann", 1, "people-1"),
        ("bob", "bob", 1, "people-1"),
        ("cat", "cat", 2, "people-2"),
    ]
    assert house.counters("h_people") == {
        "people-1": (2, 2, 0, 0, 0),
        "people-2": (2, 1, 1, 0, 0),
    }


def test_a_key_twice_in_one_batch_lands_once(house: House) -> None:
    house.land("people", ("ann", "Ann", "Oslo"), ("ann", "Ann", "Rome"))
    house.load("h_people")
    assert house.rows("h_people", HUB) == [("ann", "ann", 1, "people-1")]
    assert house.counters("h_people") == {"people-1": (2, 1, 0, 1, 0)}


def test_the_earliest_of_several_sources_gives_the_row(house: House) -> None:
    house.land("changes", ("ann", "Ann", "Oslo"))
    house.land("people", ("ann", "Ann", "Oslo"))
    house.load("h_people")
    assert house.rows("h_people", HUB) == [("ann", "ann", 1, "changes-1")]


def test_an_earlier_batch_that_is_staged_later_takes_the_row(house: House) -> None:
    late = house.announce("changes", ("ann", "Ann", "Oslo"), ("dan", "Dan", None))
    house.land("people", ("ann", "Ann", "Oslo"), ("bob", "Bob", None))
    house.load("h_people")
    assert house.rows("h_people", "person batch_id") == [("ann", "people-2"), ("bob", "people-2")]
    house.stage(late)
    assert house.load("h_people").rebuilt == 2
    assert house.rows("h_people", "person load_ts batch_id") == [
        ("ann", 1, "changes-1"),
        ("bob", 2, "people-2"),
        ("dan", 1, "changes-1"),
    ]


@pytest.mark.parametrize("order", [("people", "changes"), ("changes", "people")])
def test_of_sources_with_one_load_time_the_one_named_first_gives_the_row(
    house: House, order: tuple[str, str]
) -> None:
    (first, *_) = (binding.stage for binding in house.warehouse.hubs["h_people"].bindings)
    for name in order:
        house.land(name, ("ann", "Ann", "Oslo"), (name, "Ann", "Oslo"), at=1)
        house.load("h_people")
    assert house.rows("h_people", "person batch_id") == [
        ("ann", f"{first}-1"), ("changes", "changes-1"), ("people", "people-1"),
    ]  # fmt: skip
    before = house.contents("h_people")
    house.load("h_people", rebuild=True)
    assert house.contents("h_people") == before


def test_a_hub_has_exactly_two_ghosts(house: House) -> None:
    house.land("people", ("ann", "Ann", "Oslo"))
    house.load("h_people")
    house.load("h_people")
    ghosts = house.query("select * from vault.h_people where batch_id = 'ghost' order by hk_people")
    beginning = dt.datetime(1900, 1, 1)  # noqa: DTZ001  load times have no zone
    assert ghosts == [
        (key, None, beginning, "SYSTEM", "ghost") for key in (hashing.UNKNOWN, hashing.ERROR)
    ]


def test_a_hub_without_batches_has_its_ghosts(house: House) -> None:
    house.load("h_people")
    assert len(house.contents("h_people")) == 2


def test_separators_in_values_do_not_merge_keys(pairs: House) -> None:
    pairs.land("pairs", ("a||b", "c"), ("a", "b||c"), ("a|", "|b||c"))
    pairs.load()
    assert len(pairs.rows("h_pairs", "hk_pairs")) == 3


def test_null_has_no_key_but_empty_and_placeholder_texts_have(pairs: House) -> None:
    rows = [(None, "x"), ("", "x"), ("-1", "x"), ("^^", "x"), ("~N", "x"), ("^^", "^^")]
    pairs.land("pairs", *rows)
    pairs.load()
    assert pairs.rows("h_pairs", "one two") == [
        ("", "x"), ("-1", "x"), ("^^", "^^"), ("^^", "x"), ("~N", "x"),
    ]  # fmt: skip
    assert pairs.quarantined("pairs", "h_pairs") == [("pairs-1", 2, "null_key:hk_pairs")]
    assert pairs.counters("h_pairs") == {"pairs-1": (6, 5, 0, 0, 1)}


def test_a_quarantined_row_says_what_it_was(pairs: House) -> None:
    pairs.land("pairs", (None, "x"))
    pairs.load()
    assert pairs.query("select raw, column_name, detail from stage.pairs_quarantine") == [
        ('{"one":null,"two":"x"}', "hk_pairs", "no key: one NULL, two x")
    ]


def test_case_and_edge_spaces_make_other_keys(pairs: House) -> None:
    pairs.land("pairs", ("a", "b"), ("A", "b"), (" a", "b"), ("a\n", "b"))
    pairs.load()
    assert len(pairs.rows("h_pairs", "hk_pairs")) == 4


def test_the_key_is_the_hash_of_the_specification(pairs: House) -> None:
    pairs.land("pairs", ("a~|", "ö"))
    pairs.load()
    ((key,),) = pairs.query("select hk_pairs from vault.h_pairs where batch_id <> 'ghost'")
    assert key == hashing.key_hash(["a~|", "ö"], [TEXT, TEXT])


@pytest.fixture
def roles() -> Iterator[House]:
    """Give a house whose one stage feeds the hub twice."""
    declared = warehouse(
        sources={"calls": source({"caller": "text", "called": "text"})},
        hubs={
            "h_people": {
                "keys": "person",
                "from": [
                    {"stage": "calls", "columns": {"person": "caller"}, "role": "hk_caller"},
                    {"stage": "calls", "columns": {"person": "called"}, "role": "hk_called"},
                ],
            }
        },
        links={"l_calls": {"hubs": {"hk_caller": "h_people", "hk_called": "h_people"}, "from": {
            "stage": "calls", "keys": {"hk_caller": "caller", "hk_called": "called"}}}},
    )  # fmt: skip
    with memory_lake() as lake:
        yield House(lake, declared)


def test_one_stage_may_feed_a_hub_in_two_roles(roles: House) -> None:
    roles.land("calls", ("ann", "bob"), ("bob", "cat"))
    roles.load()
    assert roles.rows("h_people", "person") == [("ann",), ("bob",), ("cat",)]
    assert roles.rows("l_calls", "hk_caller hk_called") == [("ann", "bob"), ("bob", "cat")]
    assert roles.counters("h_people") == {"calls-1": (4, 3, 0, 1, 0)}


def test_a_row_without_one_role_stays_in_quarantine_when_its_other_key_is_rebuilt(
    roles: House,
) -> None:
    late = roles.announce("calls", ("bob", "ann"))
    roles.land("calls", ("ann", None))
    roles.load("h_people")
    roles.stage(late)
    roles.load("h_people")
    assert roles.rows("h_people", "person batch_id") == [("ann", "calls-1"), ("bob", "calls-1")]
    assert roles.quarantined("calls", "h_people") == [("calls-2", 2, "null_key:hk_people")]

"""Satellites: a row per change of a key's payload."""

from collections.abc import Iterator

import pytest

from vault_assets import hashing
from vault_assets.model.types import parse_type
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse

HISTORY = "hk_people name load_ts load_seq"
TEXT = parse_type("text")


def test_a_change_is_a_row_and_a_repetition_is_none(house: House) -> None:
    house.land("people", ("ann", "A", None), ("bob", "B", None))
    house.land("people", ("ann", "A", None), ("bob", "C", None))
    house.load("h_people", "s_people")
    assert house.rows("s_people", HISTORY) == [
        ("ann", "A", 1, 0), ("bob", "B", 1, 0), ("bob", "C", 2, 0),
    ]  # fmt: skip
    assert house.counters("s_people") == {"people-1": (2, 2, 0, 0, 0), "people-2": (2, 1, 1, 0, 0)}


def test_old_content_that_returns_is_a_change(house: House) -> None:
    for name in ("A", "B", "A"):
        house.land("people", ("ann", name, None))
        house.load("h_people", "s_people")
    assert house.rows("s_people", HISTORY) == [
        ("ann", "A", 1, 0), ("ann", "A", 3, 0), ("ann", "B", 2, 0),
    ]  # fmt: skip


def test_successive_states_in_one_batch_are_all_kept(house: House) -> None:
    """Stored A, then one batch B, A and another A: B is number 0 of the batch, A number 1."""
    house.land("changes", ("ann", "A", None))
    house.load("h_people", "s_changes")
    house.land("changes", ("ann", "B", None), ("ann", "A", None))
    house.land("changes", ("ann", "A", None))
    house.load("s_changes")
    assert house.rows("s_changes", HISTORY) == [
        ("ann", "A", 1, 0), ("ann", "A", 2, 1), ("ann", "B", 2, 0),
    ]  # fmt: skip
    assert house.counters("s_changes")["changes-2"] == (2, 2, 0, 0, 0)
    assert house.counters("s_changes")["changes-3"] == (1, 0, 1, 0, 0)


def test_states_return_within_one_batch(house: House) -> None:
    house.land("changes", *(("ann", name, None) for name in "ABBA"))
    house.load("h_people", "s_changes")
    assert house.rows("s_changes", HISTORY) == [
        ("ann", "A", 1, 0), ("ann", "A", 1, 2), ("ann", "B", 1, 1),
    ]  # fmt: skip
    assert house.counters("s_changes") == {"changes-1": (4, 3, 1, 0, 0)}


def test_numbers_within_a_batch_are_counted_per_key(house: House) -> None:
    house.land("changes", ("ann", "A", None), ("bob", "B", None), ("ann", "C", None))
    house.load("h_people", "s_changes")
    assert house.rows("s_changes", HISTORY) == [
        ("ann", "A", 1, 0), ("ann", "C", 1, 1), ("bob", "B", 1, 0),
    ]  # fmt: skip


def test_rows_of_a_snapshot_that_contradict_each_other_are_quarantined(house: House) -> None:
    house.land("people", ("ann", "A", None), ("bob", "B", None))
    house.land("people", ("ann", "A", None), ("ann", "C", None), ("ann", "C", None),
               ("bob", "D", None))  # fmt: skip
    house.land("people", ("ann", "C", None))
    house.load("h_people", "s_people")
    assert house.rows("s_people", HISTORY) == [
        ("ann", "A", 1, 0), ("ann", "C", 3, 0), ("bob", "B", 1, 0), ("bob", "D", 2, 0),
    ]  # fmt: skip
    assert house.quarantined("people", "s_people") == [
        ("people-2", number, "conflict") for number in (2, 3, 4)
    ]
    assert house.counters("s_people")["people-2"] == (4, 1, 0, 0, 3)
    assert house.query(
        "select distinct raw, column_name, detail from stage.people_quarantine where row_no = 2"
    ) == [
        (
            '{"person":"ann","name":"A","city":null}',
            None,
            "rows of one key contradict each other within the batch",
        )
    ]


def test_equal_rows_of_a_snapshot_are_one(house: House) -> None:
    house.land("people", ("ann", "A", None), ("ann", "A", None))
    house.load("h_people", "s_people")
    assert house.rows("s_people", HISTORY) == [("ann", "A", 1, 0)]
    assert house.counters("s_people") == {"people-1": (2, 1, 0, 1, 0)}


@pytest.mark.parametrize(
    ("before", "after"),
    [("ann", "Ann"), ("ann", " ann"), ("ann", "ann "), ("ann", "an\nn"), ("", None), ("^^", None),
     ("-1", None), ("~N", None), ("a|b", "a~1b"), ("\u00e4", "a\u0308")],
)  # fmt: skip
def test_the_smallest_difference_is_a_change(
    house: House, before: str | None, after: str | None
) -> None:
    for name in (before, after, before):
        house.land("people", ("ann", name, "x"))
    house.load("h_people", "s_people")
    assert [name for _, name, *_ in house.rows("s_people", "load_ts name")] == [
        before,
        after,
        before,
    ]


def test_a_value_that_moves_to_the_next_column_is_a_change(house: House) -> None:
    for name, city in (("a", "b|c"), ("a|b", "c"), (None, "a"), ("a", None)):
        house.land("people", ("ann", name, city))
    house.load("h_people", "s_people")
    assert len(house.rows("s_people", HISTORY)) == 4


def test_a_key_that_vanishes_changes_nothing(house: House) -> None:
    house.land("people", ("ann", "A", None), ("bob", "B", None))
    house.land("people", ("ann", "A", None))
    house.load("h_people", "s_people")
    assert house.rows("s_people", HISTORY) == [("ann", "A", 1, 0), ("bob", "B", 1, 0)]


def test_a_row_without_a_key_is_quarantined(house: House) -> None:
    house.land("changes", (None, "A", None), ("ann", "A", None), (None, "B", None))
    house.load("h_people", "s_changes")
    assert house.rows("s_changes", HISTORY) == [("ann", "A", 1, 0)]
    assert house.quarantined("changes", "s_changes") == [
        ("changes-1", 2, "null_key:hk_people"), ("changes-1", 4, "null_key:hk_people"),
    ]  # fmt: skip


def test_a_satellite_has_exactly_two_ghosts(house: House) -> None:
    house.load("h_people", "s_people")
    ghosts = house.query(
        "select hk_people, hashdiff, load_seq, name, batch_id from vault.s_people order by 1"
    )
    assert ghosts == [(key, key, 0, None, "ghost") for key in (hashing.UNKNOWN, hashing.ERROR)]


def test_the_hashdiff_is_that_of_the_specification(house: House) -> None:
    house.land("people", ("ann", "~|", None))
    house.load("h_people", "s_people")
    ((stored,),) = house.query("select hashdiff from vault.s_people where batch_id <> 'ghost'")
    assert stored == hashing.hashdiff(["~|", None], [TEXT, TEXT])


@pytest.fixture
def named_like_ours() -> Iterator[House]:
    """Give a house whose columns have the names of what a load computes."""
    names = ["reason", "outcome", "place", "is_copy", "in_conflict", "counts", "partner", "age"]
    declared = warehouse(
        sources={"people": source({"person": "text", **dict.fromkeys(names, "text")}, "full")},
        hubs={"h_people": {"keys": "person", "payload": names, "from": "people"}},
        satellites={"s_people": {"parent": "h_people", "payload": names, "from": "people"}},
        multi_active_satellites={
            "s_set": {"parent": "h_people", "child_keys": "outcome", "payload": "reason",
                      "from": "people"},
            "s_log": {"parent": "h_people", "child_keys": ["outcome", "reason", "place"],
                      "append_only": True, "from": "people"},
        },
    )  # fmt: skip
    with memory_lake() as lake:
        yield House(lake, declared)


def test_columns_may_be_named_as_what_a_load_computes(named_like_ours: House) -> None:
    named_like_ours.land("people", ("ann", *"abcdefgh"), ("bob", *"abcdefgh"))
    named_like_ours.load()
    for table in ("h_people", "s_people", "s_set", "s_log"):
        assert named_like_ours.counters(table) == {"people-1": (2, 2, 0, 0, 0)}
        assert named_like_ours.rows(table, "hk_people reason outcome") == [
            ("ann", "a", "b"), ("bob", "a", "b"),
        ]  # fmt: skip

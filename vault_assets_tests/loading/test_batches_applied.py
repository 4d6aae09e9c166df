"""Which batches a table applies: each once, several at once, old ones only when allowed."""

import pytest

from vault_assets.errors import LateBatchError, TargetError
from vault_assets_tests.loading.houses import House

HISTORY = "hk_people name load_ts load_seq"
MICROSECOND = 0.000001


def test_a_batch_that_is_applied_is_never_applied_again(house: House) -> None:
    house.land("changes", ("ann", "A", None), ("ann", "B", None), ("ann", "A", None))
    house.land("acts", ("ann", "in", 1))
    house.load("h_people", "s_changes", "s_acts")
    before = {table: house.contents(table) for table in ("h_people", "s_changes", "s_acts")}
    for table, rows in before.items():
        loaded = house.load(table)
        assert (loaded.batches, loaded.rows_written, loaded.rebuilt) == ((), 0, 0)
        assert house.contents(table) == rows
        assert len(house.counters(table)) == (2 if table == "h_people" else 1)


def test_two_batches_of_one_clock_time_both_land(house: House) -> None:
    """The registry has set them a microsecond apart."""
    house.land("people", ("ann", "A", None), at=5)
    house.land("people", ("ann", "B", None), at=5 + MICROSECOND)
    house.load("h_people", "s_people")
    assert house.rows("s_people", HISTORY) == [
        ("ann", "A", 5, 0),
        ("ann", "B", 5 + MICROSECOND, 0),
    ]


def test_an_empty_batch_is_applied_too(house: House) -> None:
    house.land("people")
    house.load("h_people", "s_people")
    assert house.counters("s_people") == {"people-1": (0, 0, 0, 0, 0)}
    assert house.rows("s_people", HISTORY) == []


def test_each_table_applies_what_it_lacks(house: House) -> None:
    house.land("people", ("ann", "A", None))
    house.load("h_people", "s_people")
    house.land("people", ("ann", "B", None))
    house.load("h_people")
    house.land("people", ("ann", "C", None))
    house.load("h_people", "s_people")
    assert list(house.counters("s_people")) == ["people-1", "people-2", "people-3"]
    assert len(house.rows("s_people", HISTORY)) == 3


def test_a_history_refuses_a_batch_while_an_older_one_is_not_staged(house: House) -> None:
    house.land("people", ("ann", "A", None))
    house.load("h_people", "s_people")
    house.announce("people", ("ann", "B", None))
    house.land("people", ("ann", "C", None))
    with pytest.raises(LateBatchError, match=r"people-2 \(people/2.csv\) is older and not staged"):
        house.load("s_people")
    assert house.rows("s_people", HISTORY) == [("ann", "A", 1, 0)]
    house.stage("people-2")
    house.load("s_people")
    assert len(house.rows("s_people", HISTORY)) == 3


def test_other_sources_are_not_waited_for(house: House) -> None:
    house.announce("changes", ("ann", "B", None))
    house.land("people", ("ann", "A", None))
    house.load("h_people", "s_people")
    assert house.rows("s_people", HISTORY) == [("ann", "A", 2, 0)]


@pytest.mark.parametrize("status", ["rejected", "missing"])
def test_a_batch_that_was_given_up_is_not_waited_for(house: House, status: str) -> None:
    house.announce("people", ("ann", "A", None))
    house.land("people", ("ann", "B", None))
    give_up(house, "people-1", status)
    house.load("h_people", "s_people")
    assert house.rows("s_people", HISTORY) == [("ann", "B", 2, 0)]


def give_up(house: House, batch_id: str, status: str) -> None:
    house.lake.session().connection.execute(
        "insert into registry.failures by name select $id as batch_id, $status as status, "
        "'' as reason, '' as run_id, now() as failed_at",
        {"id": batch_id, "status": status},
    )


def test_a_strict_history_refuses_a_late_batch_and_names_it(house: House) -> None:
    late = house.announce("people", ("ann", "A", None))
    house.land("people", ("ann", "B", None))
    give_up(house, late, "rejected")
    house.load("h_people", "s_people")
    house.stage(late)
    with pytest.raises(LateBatchError, match=f"vault-assets replay {late}"):
        house.load("s_people")
    assert house.rows("s_people", HISTORY) == [("ann", "B", 2, 0)]


def test_a_strict_history_repairs_a_late_batch_when_told(house: House) -> None:
    late = house.announce("people", ("ann", "A", None), ("bob", "B", None))
    house.land("people", ("ann", "B", None), ("cat", "C", None))
    give_up(house, late, "rejected")
    house.load("h_people", "s_people")
    house.stage(late)
    house.load("h_people")
    assert house.load("s_people", repair=True).rebuilt == 2
    assert house.rows("s_people", HISTORY) == [
        ("ann", "A", 1, 0), ("ann", "B", 2, 0), ("bob", "B", 1, 0), ("cat", "C", 2, 0),
    ]  # fmt: skip


def test_late_batches_are_repaired_where_that_is_declared(mending: House) -> None:
    """Applied A, B and A; then a late B before the last: the last A becomes a change."""
    for at, name in ((1, "A"), (2, "B"), (3, "A"), (5, "A")):
        mending.land("people", ("ann", name, None), at=at)
        mending.load("h_people", "s_people")
    mending.land("people", ("ann", "B", None), at=4)
    mending.load("h_people", "s_people")
    assert [row[2] for row in mending.rows("s_people", HISTORY)] == [1, 3, 5, 2, 4]
    assert mending.counters("s_people")["people-4"] == (1, 1, 0, 0, 0)


def test_a_late_batch_lands_once_in_a_set(mending: House) -> None:
    mending.land("phones", ("ann", "home", "1"), at=1)
    mending.land("phones", ("ann", "home", "1"), at=3)
    mending.load("h_people", "s_phones")
    mending.land("phones", ("ann", "home", "1"), ("ann", "work", "2"), at=2)
    for _ in range(2):
        mending.load("h_people", "s_phones")
        assert mending.rows("s_phones", "kind load_ts") == [
            ("home", 1), ("home", 2), ("home", 3), ("work", 2),
        ]  # fmt: skip


def test_a_late_batch_in_conflict_changes_nothing(mending: House) -> None:
    mending.land("people", ("ann", "A", None), at=1)
    mending.land("people", ("ann", "A", None), at=3)
    mending.load("h_people", "s_people")
    mending.land("people", ("ann", "X", None), ("ann", "Y", None), at=2)
    mending.load("h_people", "s_people")
    assert mending.rows("s_people", HISTORY) == [("ann", "A", 1, 0)]
    assert mending.quarantined("people", "s_people") == [
        ("people-2", 2, "conflict"), ("people-2", 3, "conflict"),
    ]  # fmt: skip


def test_a_child_is_not_loaded_before_its_parent(house: House) -> None:
    house.land("people", ("ann", "A", None))
    with pytest.raises(TargetError, match=r"vault.s_people: its parent vault.h_people does not"):
        house.load("s_people")


def test_a_table_may_be_loaded_before_its_stage(house: House) -> None:
    house.load("h_people", "h_teams", "l_leads")
    assert len(house.contents("l_leads")) == 2

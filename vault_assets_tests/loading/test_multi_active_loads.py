"""Multi-active satellites: sets of rows per key, and logs of events."""

from vault_assets import hashing
from vault_assets.model.types import parse_type
from vault_assets_tests.loading.houses import House

SET = "hk_people kind number load_ts"
LOG = "hk_people act hour load_ts load_seq"
TEXT = parse_type("text")


def phones(*pairs: str) -> list[tuple[str, str, str]]:
    """Return rows of ann's phones from texts such as `home 1`."""
    return [("ann", *pair.split()) for pair in pairs]  # pyright: ignore[reportReturnType]


def test_a_set_that_returns_is_stored_again(house: House) -> None:
    for numbers in (("home 1", "work 2"), ("home 1", "work 9"), ("work 2", "home 1")):
        house.land("phones", *phones(*numbers))
    house.load("h_people", "s_phones")
    assert house.rows("s_phones", SET) == [
        ("ann", "home", "1", 1), ("ann", "home", "1", 2), ("ann", "home", "1", 3),
        ("ann", "work", "2", 1), ("ann", "work", "2", 3), ("ann", "work", "9", 2),
    ]  # fmt: skip
    assert house.counters("s_phones")["phones-3"] == (2, 2, 0, 0, 0)


def test_the_order_of_members_does_not_matter(house: House) -> None:
    house.land("phones", *phones("home 1", "work 2"))
    house.load("h_people", "s_phones")
    house.land("phones", *phones("work 2", "home 1"))
    house.load("s_phones")
    assert len(house.rows("s_phones", SET)) == 2
    assert house.counters("s_phones")["phones-2"] == (2, 0, 2, 0, 0)


def test_a_removed_member_is_a_change(house: House) -> None:
    house.land("phones", *phones("home 1", "work 2"))
    house.load("h_people", "s_phones")
    house.land("phones", *phones("home 1"))
    house.load("s_phones")
    assert house.rows("s_phones", SET) == [
        ("ann", "home", "1", 1), ("ann", "home", "1", 2), ("ann", "work", "2", 1),
    ]  # fmt: skip


def test_equal_members_are_one(house: House) -> None:
    house.land("phones", *phones("home 1", "home 1", "work 2"))
    house.load("h_people", "s_phones")
    house.land("phones", *phones("work 2", "work 2", "home 1"))
    house.load("s_phones")
    assert len(house.rows("s_phones", SET)) == 2
    assert house.counters("s_phones") == {"phones-1": (3, 2, 0, 1, 0), "phones-2": (3, 0, 2, 1, 0)}


def test_a_set_that_contradicts_itself_is_quarantined_whole(house: House) -> None:
    house.land("phones", *phones("home 1", "work 2", "home 3"), ("bob", "home", "4"))
    house.load("h_people", "s_phones")
    assert house.rows("s_phones", SET) == [("bob", "home", "4", 1)]
    assert house.quarantined("phones", "s_phones") == [
        ("phones-1", number, "conflict") for number in (2, 3, 4)
    ]


def test_sets_of_different_keys_do_not_mix(house: House) -> None:
    house.land("phones", ("ann", "home", "1"), ("bob", "home", "1"), ("ann", "work", None))
    house.land("phones", ("bob", "home", "1"), ("ann", "home", "1"))
    house.load("h_people", "s_phones")
    assert house.rows("s_phones", SET) == [
        ("ann", "home", "1", 1), ("ann", "home", "1", 2), ("ann", "work", None, 1),
        ("bob", "home", "1", 1),
    ]  # fmt: skip


def test_a_child_key_may_be_null(house: House) -> None:
    house.land("phones", ("ann", None, "1"), ("ann", "home", "1"))
    house.land("phones", ("ann", None, "1"), ("ann", None, "2"))
    house.load("h_people", "s_phones")
    assert house.rows("s_phones", SET) == [("ann", "home", "1", 1), ("ann", None, "1", 1)]
    assert house.counters("s_phones")["phones-2"] == (2, 0, 0, 0, 2)


def test_the_set_hash_is_that_of_the_specification(house: House) -> None:
    house.land("phones", *phones("home 1", "work 2"))
    house.load("h_people", "s_phones")
    stored = house.query("select set_hash from vault.s_phones where batch_id <> 'ghost'")
    members = [hashing.hashdiff(member, [TEXT, TEXT]) for member in (("home", "1"), ("work", "2"))]
    assert stored == [(hashing.set_hash(members),)] * 2


def test_multi_active_satellites_have_exactly_two_ghosts(house: House) -> None:
    house.load("h_people", "s_phones", "s_acts")
    for table in ("s_phones", "s_acts"):
        ghosts = house.query(f"select hk_people, hashdiff, batch_id from vault.{table} order by 1")
        assert ghosts == [(key, key, "ghost") for key in (hashing.UNKNOWN, hashing.ERROR)]


def test_an_event_is_kept_once_and_never_replaced(house: House) -> None:
    house.land("acts", ("ann", "in", 1), ("ann", "out", 2), ("ann", "in", 1), ("bob", "in", 1))
    house.load("h_people", "s_acts")
    house.land("acts", ("ann", "out", 2), ("ann", "in", 3), ("ann", "in", None))
    house.load("h_people", "s_acts")
    assert house.rows("s_acts", LOG) == [
        ("ann", "in", 1, 1, 0), ("ann", "in", 3, 2, 0), ("ann", "in", None, 2, 1),
        ("ann", "out", 2, 1, 1), ("bob", "in", 1, 1, 0),
    ]  # fmt: skip
    assert house.counters("s_acts") == {"acts-1": (4, 3, 0, 1, 0), "acts-2": (3, 2, 1, 0, 0)}


def test_an_event_log_accepts_batches_in_any_order(house: House) -> None:
    late = house.announce("acts", ("ann", "out", 2), ("ann", "in", 1))
    house.land("acts", ("ann", "in", 1), ("ann", "off", 3))
    house.load("h_people", "s_acts")
    house.stage(late)
    house.load("h_people", "s_acts")
    assert house.rows("s_acts", LOG) == [
        ("ann", "in", 1, 1, 1), ("ann", "off", 3, 2, 0), ("ann", "out", 2, 1, 0),
    ]  # fmt: skip

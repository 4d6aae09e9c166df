"""Effectivity satellites: a driving key has one partner; a change closes one and opens another."""

import datetime as dt

from vault_assets import hashing
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse

SINCE = dt.datetime(2020, 1, 1)  # noqa: DTZ001  as in a file
CHAIN = ("h_people", "h_teams", "l_moves", "e_moves")
SNAPSHOTS = ("h_people", "h_teams", "l_leads", "e_leads")
HUBS = {"h_team": "team", "h_season": "season", "h_leader": "leader"}


def known(house: House, *people: str) -> None:
    """Make people known."""
    house.land("people", *((person, person, None) for person in people))


def moves(house: House, *leaders: str | None, team: int = 1) -> None:
    """Land a batch in which a team gets these leaders one after the other."""
    house.land("moves", *((team, leader, SINCE) for leader in leaders))


def history(house: House, table: str = "e_moves") -> list[str]:
    """Return what happened, such as `2/0 +1/ann`: time, number, opened or closed, relation."""
    key = f"lk_{table[2:]}"
    rows = house.rows(table, f"load_ts load_seq is_active {key} hk_teams")
    assert all(link.startswith(f"{team}/") for *_, link, team in rows)
    order = sorted((time, link, seq, active) for time, seq, active, link, _ in rows)
    return [f"{t}/{seq} {'+' if active else '-'}{link}" for t, link, seq, active in order]


def test_a_new_partner_closes_the_old_one(house: House) -> None:
    known(house, "ann", "bob")
    moves(house, "ann")
    moves(house, "bob")
    house.load(*CHAIN)
    assert history(house) == ["2/0 +1/ann", "3/0 -1/ann", "3/0 +1/bob"]
    assert house.counters("e_moves") == {"moves-2": (1, 1, 0, 0, 0), "moves-3": (1, 1, 0, 0, 0)}


def test_two_changes_in_one_batch_are_exact_pairs(house: House) -> None:
    """Active ann; then bob and cat in one batch: ann off, bob on, bob off, cat on."""
    known(house, "ann", "bob", "cat")
    moves(house, "ann")
    house.load(*CHAIN)
    moves(house, "bob", "cat")
    house.load(*CHAIN)
    assert history(house) == [
        "2/0 +1/ann", "3/0 -1/ann", "3/0 +1/bob", "3/1 -1/bob", "3/0 +1/cat",
    ]  # fmt: skip


def test_a_partner_that_returns_is_opened_again(house: House) -> None:
    known(house, "ann", "bob")
    for leader in ("ann", "bob", "ann"):
        moves(house, leader)
        house.load(*CHAIN)
    assert history(house) == [
        "2/0 +1/ann", "3/0 -1/ann", "3/0 +1/bob", "4/0 +1/ann", "4/0 -1/bob",
    ]  # fmt: skip


def test_a_partner_that_returns_within_one_batch_is_opened_again(house: House) -> None:
    known(house, "ann", "bob")
    moves(house, "ann", "ann", "bob", "ann")
    house.load(*CHAIN)
    assert history(house) == [
        "2/0 +1/ann", "2/1 -1/ann", "2/2 +1/ann", "2/0 +1/bob", "2/1 -1/bob",
    ]  # fmt: skip
    assert house.counters("e_moves") == {"moves-2": (4, 3, 1, 0, 0)}


def test_the_first_load_closes_as_every_other_does(house: House) -> None:
    known(house, "ann", "bob", "cat")
    for leader in ("ann", "bob", "cat"):
        moves(house, leader)
    house.load(*CHAIN)
    assert history(house) == [
        "2/0 +1/ann", "3/0 -1/ann", "3/0 +1/bob", "4/0 -1/bob", "4/0 +1/cat",
    ]  # fmt: skip


def test_no_partner_closes_without_opening(house: House) -> None:
    known(house, "ann")
    moves(house, "ann")
    house.load(*CHAIN)
    moves(house, None)
    moves(house, None)
    house.load(*CHAIN)
    assert history(house) == ["2/0 +1/ann", "3/0 -1/ann"]
    assert house.counters("e_moves") == {
        "moves-2": (1, 1, 0, 0, 0),
        "moves-3": (1, 1, 0, 0, 0),
        "moves-4": (1, 0, 1, 0, 0),
    }
    assert house.quarantined("moves", "e_moves") == []


def test_a_key_that_begins_without_partner_has_no_history(house: House) -> None:
    known(house, "ann")
    moves(house, None)
    house.load(*CHAIN)
    assert history(house) == []
    moves(house, "ann")
    house.load(*CHAIN)
    assert history(house) == ["3/0 +1/ann"]


def test_only_the_first_relation_of_a_key_begins_at_its_own_date(house: House) -> None:
    known(house, "ann", "bob")
    moves(house, None, "ann", "bob")
    moves(house, "ann")
    house.load(*CHAIN)
    begun = house.rows("e_moves", "lk_moves effective_from is_active load_ts load_seq")
    assert begun == [
        ("1/ann", 2, False, 2, 1),
        ("1/ann", 3, True, 3, 0),
        ("1/ann", SINCE, True, 2, 0),
        ("1/bob", 2, True, 2, 0),
        ("1/bob", 3, False, 3, 0),
    ]


def test_driving_keys_do_not_mix(house: House) -> None:
    known(house, "ann", "bob")
    house.land("moves", (1, "ann", SINCE), (2, "ann", SINCE), (2, "bob", SINCE))
    house.load(*CHAIN)
    assert history(house) == ["2/0 +1/ann", "2/0 +2/ann", "2/1 -2/ann", "2/0 +2/bob"]


def test_two_partners_in_a_snapshot_contradict_each_other(house: House) -> None:
    known(house, "ann", "bob")
    house.land("teams", (1, "ann", SINCE), (2, "bob", SINCE))
    house.land("teams", (1, "ann", SINCE), (1, "bob", SINCE), (2, "ann", SINCE))
    house.load(*SNAPSHOTS)
    assert history(house, "e_leads") == ["2/0 +1/ann", "2/0 +2/bob", "3/0 +2/ann", "3/0 -2/bob"]
    assert house.quarantined("teams", "e_leads") == [
        ("teams-3", 2, "conflict"), ("teams-3", 3, "conflict"),
    ]  # fmt: skip


def test_equal_rows_of_a_snapshot_are_one(house: House) -> None:
    known(house, "ann")
    house.land("teams", (1, "ann", SINCE), (1, "ann", SINCE), (2, None, SINCE), (2, None, SINCE))
    house.load(*SNAPSHOTS)
    assert history(house, "e_leads") == ["2/0 +1/ann"]
    assert house.counters("e_leads") == {"teams-2": (4, 1, 1, 2, 0)}


def test_a_row_without_driving_key_is_quarantined(house: House) -> None:
    known(house, "ann")
    house.land("moves", (None, "ann", SINCE))
    house.load(*CHAIN)
    assert history(house) == []
    assert house.quarantined("moves", "e_moves") == [("moves-2", 2, "null_key:hk_teams")]


def test_an_effectivity_satellite_has_exactly_two_ghosts(house: House) -> None:
    house.load(*CHAIN)
    ghosts = house.query("select lk_moves, hk_teams, is_active from vault.e_moves order by 1")
    assert ghosts == [(key, key, None) for key in (hashing.UNKNOWN, hashing.ERROR)]


def test_the_states_of_every_relation_alternate(house: House) -> None:
    known(house, "ann", "bob", "cat")
    for leaders in ("ab", "b", "cab", "a", "bca", "c"):
        moves(house, *({"a": "ann", "b": "bob", "c": "cat"}[letter] for letter in leaders))
        house.load(*CHAIN)
    rows = house.query(
        "select is_active = (row_number() over (partition by lk_moves order by load_ts, load_seq) "
        "% 2 = 1) from vault.e_moves where batch_id <> 'ghost'"
    )
    assert len(rows) > 10
    assert {alternates for (alternates,) in rows} == {True}


def test_two_roles_may_drive_together() -> None:
    """A team has one leader per season."""
    declared = warehouse(
        sources={"terms": source({"team": "integer", "season": "text", "leader": "text"})},
        hubs={name: {"keys": key, "from": "terms"} for name, key in HUBS.items()},
        links={
            "l_terms": {"hubs": {f"hk_{name[2:]}": name for name in HUBS}, "from": "terms"},
        },
        effectivity_satellites={
            "e_terms": {"link": "l_terms", "driving": ["hk_team", "hk_season"], "from": "terms"}
        },
    )
    with memory_lake() as lake:
        house = House(lake, declared)
        house.land("terms", (1, "a", "ann"), (1, "b", "bob"), (2, "a", "bob"), (1, None, "ann"))
        house.load()
        house.land("terms", (1, "a", "bob"), (1, "b", "bob"), (2, "a", None))
        house.load()
        assert house.rows("e_terms", "lk_terms is_active load_ts") == [
            ("1/a/ann", False, 2), ("1/a/ann", True, 1), ("1/a/bob", True, 2),
            ("1/b/bob", True, 1), ("2/a/bob", False, 2), ("2/a/bob", True, 1),
        ]  # fmt: skip
        assert house.quarantined("terms", "e_terms") == [("terms-1", 5, "null_key:hk_season")]
        before = house.contents("e_terms")
        house.restage("terms-1", *house.batches["terms-1"].rows)
        house.reload("terms-1")
        assert house.contents("e_terms") == before

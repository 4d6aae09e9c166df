"""Links: one row per combination of keys; rows without a key do not enter."""

import datetime as dt
from collections.abc import Iterator

import pytest

from vault_assets import hashing
from vault_assets.model.types import parse_type
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse

SINCE = dt.datetime(2020, 1, 1)  # noqa: DTZ001  as in a file
LINK = "hk_teams hk_people load_ts batch_id"


def test_a_relation_lands_once(house: House) -> None:
    house.land("people", ("ann", "Ann", None), ("bob", "Bob", None))
    house.land("teams", (1, "ann", SINCE), (2, "bob", SINCE), (1, "ann", SINCE))
    house.land("teams", (1, "ann", SINCE), (1, "bob", SINCE))
    house.load("h_people", "h_teams", "l_leads")
    assert house.rows("l_leads", LINK) == [
        ("1", "ann", 2, "teams-2"),
        ("1", "bob", 3, "teams-3"),
        ("2", "bob", 2, "teams-2"),
    ]
    assert house.counters("l_leads") == {"teams-2": (3, 2, 0, 1, 0), "teams-3": (2, 1, 1, 0, 0)}


def test_a_relation_without_a_key_is_quarantined(house: House) -> None:
    house.land("people", ("ann", "Ann", None))
    house.land("teams", (1, None, SINCE), (None, "ann", SINCE), (1, "ann", SINCE))
    house.load("h_people", "h_teams", "l_leads")
    assert house.rows("l_leads", "hk_teams hk_people") == [("1", "ann")]
    assert house.quarantined("teams", "l_leads") == [
        ("teams-2", 2, "null_key:hk_people"),
        ("teams-2", 3, "null_key:hk_teams"),
    ]
    assert house.counters("l_leads") == {"teams-2": (3, 1, 0, 0, 2)}


def test_an_earlier_batch_that_is_staged_later_takes_the_row(house: House) -> None:
    house.land("people", ("ann", "Ann", None))
    late = house.announce("teams", (1, "ann", SINCE))
    house.land("teams", (1, "ann", SINCE), (2, "ann", SINCE))
    house.load("h_people", "h_teams", "l_leads")
    house.stage(late)
    house.load("h_people", "h_teams", "l_leads")
    assert house.rows("l_leads", LINK) == [("1", "ann", 2, "teams-2"), ("2", "ann", 3, "teams-3")]


def test_a_link_has_exactly_two_ghosts(house: House) -> None:
    house.load("h_people", "h_teams", "l_leads")
    ghosts = house.query("select lk_leads, hk_teams, hk_people from vault.l_leads order by 1")
    assert ghosts == [(key,) * 3 for key in (hashing.UNKNOWN, hashing.ERROR)]


def test_the_link_key_is_the_hash_of_all_parts_in_the_order_of_roles(house: House) -> None:
    house.land("people", ("ann", "Ann", None))
    house.land("teams", (1, "ann", SINCE))
    house.load("h_people", "h_teams", "l_leads")
    ((key,),) = house.query("select lk_leads from vault.l_leads where batch_id <> 'ghost'")
    types = [parse_type("integer"), parse_type("text")]
    assert key == hashing.key_hash([1, "ann"], types)


@pytest.fixture
def fired() -> Iterator[House]:
    """Give a house whose link takes only some rows; the stage has columns named as our own."""
    declared = warehouse(
        sources={"jobs": source({"person": "text", "stage": "text", "again": "boolean"})},
        hubs={
            "h_people": {"keys": "person", "from": "jobs"},
            "h_stages": {"keys": "stage", "from": {"stage": "jobs", "where": "stage is not null"}},
        },
        links={
            "l_jobs": {
                "hubs": {"hk_people": "h_people", "hk_stages": "h_stages"},
                "from": {"stage": "jobs", "where": "again and stage is not null"},
                "orphans": "pass",
            }
        },
    )
    with memory_lake() as lake:
        yield House(lake, declared)


def test_rows_that_a_condition_excludes_do_not_concern_the_table(fired: House) -> None:
    fired.land("jobs", ("ann", "a", True), ("bob", "a", False), ("cat", None, True))
    fired.load()
    assert fired.rows("l_jobs", "hk_people hk_stages") == [("ann", "a")]
    assert fired.counters("l_jobs") == {"jobs-1": (1, 1, 0, 0, 0)}
    assert fired.rows("h_stages", "stage") == [("a",)]
    assert fired.counters("h_stages") == {"jobs-1": (2, 1, 0, 1, 0)}

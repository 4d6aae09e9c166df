"""Bridges: the paths from hub to hub that existed and were active at a snapshot."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.query_towns import built, query_town, seconds, snap
from vault_assets_tests.loading.warehouses import source, warehouse

SINCE = dt.datetime(2020, 1, 1)  # noqa: DTZ001  as in a file
TRIP = "snapshot_ts hk_teams lk_moves hk_people"


@pytest.fixture
def house() -> Iterator[House]:
    with memory_lake() as lake:
        yield House(lake, query_town("repair"))


def paths(house: House, columns: str, name: str) -> list[tuple[Any, ...]]:
    """Return columns of a bridge, sorted: snapshots as seconds, keys as business keys."""
    house.query(f"create or replace view vault.shown as select *, '' as batch_id from vault.{name}")
    return house.rows("shown", columns)


def test_a_path_is_there_while_its_relation_is_active(house: House) -> None:
    """Membership on@1, off@3: the path is in snapshots 1 and 2 only."""
    house.land("changes", ("ann", "A", None), at=0)
    house.land("moves", (1, "ann", SINCE), at=1)
    house.land("moves", (1, None, SINCE), at=3)
    house.load()
    snap(house, 0, 1, 2, 3, 4)
    done = built(house, "b_moves")
    assert paths(house, TRIP, "b_moves") == [(1, "1", "1/ann", "ann"), (2, "1", "1/ann", "ann")]
    assert (seconds(done.built), done.rows_written) == ([0, 1, 2, 3, 4], 2)
    assert {verdict.audit.name for verdict in done.verdicts} == {
        "one_row_per_path", "keys_exist", "partitions",
    }  # fmt: skip
    assert all(verdict.passed for verdict in done.verdicts)
    assert built(house, "b_moves").statements == ()


def test_changes_within_a_batch_leave_the_last_one(house: House) -> None:
    house.land("changes", ("ann", "A", None), ("bob", "B", None), at=0)
    house.land("moves", (1, "ann", SINCE), (1, "bob", SINCE), (1, "ann", SINCE), at=1)
    house.land("moves", (1, "bob", SINCE), at=2)
    house.load()
    snap(house, 1, 2)
    built(house, "b_moves")
    assert paths(house, "snapshot_ts lk_moves", "b_moves") == [(1, "1/ann"), (2, "1/bob")]


def test_without_effectivity_a_path_stays() -> None:
    bridges = {"b_moves": {"path": ["h_people", "l_moves", "h_teams"], "snapshots": "control"}}
    with memory_lake() as lake:
        house = House(lake, query_town(bridges=bridges))
        house.land("changes", ("ann", "A", None))
        house.land("moves", (1, "ann", SINCE))
        house.land("moves", (1, None, SINCE))
        house.load()
        snap(house, 1, 2, 3)
        built(house, "b_moves")
        assert paths(house, "snapshot_ts hk_people", "b_moves") == [(2, "ann"), (3, "ann")]


def test_a_long_path_holds_while_all_its_links_do() -> None:
    """Who did deeds for a team that ann led: her lead is [2, 4), the deed is known from 3 on."""
    bridges = {
        "b_deeds": {
            "path": ["h_people", "l_moves", "h_teams", "l_deeds", "h_people"],
            "effectivity": {"l_moves": "e_moves"},
            "snapshots": "control",
        }
    }
    with memory_lake() as lake:
        house = House(lake, query_town(bridges=bridges))
        house.land("changes", ("ann", "A", None), ("bob", "B", None), at=1)
        house.land("moves", (1, "ann", SINCE), at=2)
        house.land("deeds", (1, "bob", "ran"), (1, "ann", "sat"), at=3)
        house.land("moves", (1, None, SINCE), at=4)
        house.load()
        snap(house, 2, 3, 4)
        done = built(house, "b_deeds")
        columns = "snapshot_ts hk_people lk_moves hk_teams lk_deeds hk_people_2"
        assert paths(house, columns, "b_deeds") == [
            (3, "ann", "1/ann", "1", "1/ann", "ann"),
            (3, "ann", "1/ann", "1", "1/bob", "bob"),
        ]
        assert all(verdict.passed for verdict in done.verdicts)


def test_a_hub_in_two_roles_is_left_by_the_role_that_is_named() -> None:
    declared = warehouse(
        sources={"likes": source({"who": "text", "whom": "text"})},
        hubs={
            "h_users": {
                "keys": "user",
                "from": [
                    {"stage": "likes", "columns": {"user": "who"}, "role": "hk_who"},
                    {"stage": "likes", "columns": {"user": "whom"}, "role": "hk_whom"},
                ],
            }
        },
        links={
            "l_likes": {
                "hubs": {"hk_who": "h_users", "hk_whom": "h_users"},
                "from": {"stage": "likes", "keys": {"hk_who": "who", "hk_whom": "whom"}},
            }
        },
        snapshots={"control": {}},
        bridges={
            "b_liked": {
                "path": ["h_users", {"l_likes": ["hk_whom", "hk_who"]}, "h_users"],
                "snapshots": "control",
            },
            "b_likes": {"path": ["h_users", "l_likes", "h_users"], "snapshots": "control"},
        },
    )
    with memory_lake() as lake:
        house = House(lake, declared)
        house.land("likes", ("ann", "bob"))
        house.load()
        snap(house, 1)
        for name, first, last in (("b_liked", "bob", "ann"), ("b_likes", "ann", "bob")):
            built(house, name)
            assert paths(house, "hk_users hk_users_2", name) == [(first, last)]


def test_a_repaired_relation_rebuilds_the_snapshots_from_then_on(house: House) -> None:
    house.land("changes", ("ann", "A", None), at=0)
    house.land("moves", (1, "ann", SINCE), at=1)
    house.land("moves", (1, "ann", SINCE), at=3)
    house.load()
    snap(house, 1, 2, 3)
    built(house, "b_moves")
    house.land("moves", (1, None, SINCE), at=2)
    house.load()
    assert seconds(built(house, "b_moves").built) == [2, 3]
    assert paths(house, "snapshot_ts lk_moves", "b_moves") == [(1, "1/ann"), (3, "1/ann")]


def test_a_relation_by_appearance_is_part_of_a_path_while_snapshots_have_it() -> None:
    members = source({"person": "text", "team": "text"}, "full")
    declared = warehouse(
        sources={"members": members},
        hubs={
            "h_people": {"keys": "person", "from": "members"},
            "h_teams": {"keys": "team", "from": "members"},
        },
        links={
            "l_members": {
                "hubs": {"hk_people": "h_people", "hk_teams": "h_teams"},
                "from": "members",
            }
        },
        effectivity_satellites={"e_members": {"link": "l_members", "from": "members"}},
        snapshots={"control": {}},
        bridges={
            "b_members": {
                "path": ["h_people", "l_members", "h_teams"],
                "effectivity": {"l_members": "e_members"},
                "snapshots": "control",
            }
        },
    )
    with memory_lake() as lake:
        house = House(lake, declared)
        house.land("members", ("ann", "red"), at=1)
        house.land("members", at=3)
        house.load()
        snap(house, 1, 2, 3)
        built(house, "b_members")
        assert paths(house, "snapshot_ts hk_people", "b_members") == [(1, "ann"), (2, "ann")]

"""PITs: per snapshot and key, the row of each satellite that was valid then."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from vault_assets import hashing
from vault_assets.errors import TargetError
from vault_assets.loading.query_tables import judge
from vault_assets.loading.replaying import rebuild_vault
from vault_assets.sql.query_plans import query_plan
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.query_towns import NONE, at, built, query_town, seconds, snap

SINCE = dt.datetime(2020, 1, 1)  # noqa: DTZ001  as in a file
CHANGES = "snapshot_ts hk_people s_changes_load_ts s_changes_load_seq"


@pytest.fixture
def house() -> Iterator[House]:
    with memory_lake() as lake:
        yield House(lake, query_town("repair"))


def pit(house: House, columns: str, name: str = "p_people") -> list[tuple[Any, ...]]:
    """Return columns of a PIT, sorted: times as seconds after noon, none as `-`."""
    table = f"(select *, '' as batch_id from vault.{name}) as rows_of_{name}"
    rows = house.query(f"select {', '.join(columns.split())} from {table}")
    people = {
        key: name for name, key in house.query("select person, hk_people from vault.h_people")
    }
    shown = {**people, hashing.UNKNOWN: "-", NONE: "-"}
    return sorted(
        tuple(
            seconds([value])[0] if isinstance(value, dt.datetime) and value != NONE
            else shown.get(value, value)
            for value in row
        )
        for row in rows
    )  # fmt: skip


def changed(house: House) -> None:
    """Ann is A from 1; B and then C within batch 2."""
    house.land("changes", ("ann", "A", None))
    house.land("changes", ("ann", "B", None), ("ann", "C", None))
    house.load()


def test_a_key_points_to_the_row_that_was_valid(house: House) -> None:
    """hub@1, A@1, B@2/0, C@2/1; snapshots 0, 1, 2: none, A, C."""
    changed(house)
    snap(house, 0, 1, 2)
    done = built(house)
    assert pit(house, CHANGES) == [(1, "ann", 1, 0), (2, "ann", 2, 1)]
    assert (seconds(done.built), done.rows_written) == ([0, 1, 2], 2)
    assert {verdict.audit.name for verdict in done.verdicts} == {
        "one_row_per_key", "every_key", "pointers_exist", "partitions",
    }  # fmt: skip
    assert all(verdict.passed for verdict in done.verdicts)


def test_a_key_without_row_points_to_the_ghost(house: House) -> None:
    house.land("people", ("bob", "X", None))
    house.load()
    snap(house, 1)
    built(house)
    columns = "hk_people s_changes_key s_changes_load_ts s_changes_load_seq s_phones_key"
    assert pit(house, columns) == [("bob", "-", "-", 0, "-")]
    joined = house.query(
        "select p.hk_people is not null, s.name, s.batch_id from vault.p_people as p "
        "inner join vault.s_changes as s on s.hk_people = p.s_changes_key "
        "and s.load_ts = p.s_changes_load_ts and s.load_seq = p.s_changes_load_seq"
    )
    assert joined == [(True, None, "ghost")]


def test_a_pointer_leads_to_a_whole_set(house: House) -> None:
    house.land("phones", ("ann", "home", "1"), ("ann", "work", "2"))
    house.land("phones", ("ann", "home", "3"))
    house.load()
    snap(house, 1, 2)
    built(house)
    joined = house.query(
        "select number from vault.p_people as p inner join vault.s_phones as s "
        "on s.hk_people = p.s_phones_key and s.load_ts = p.s_phones_load_ts "
        "and s.load_seq = p.s_phones_load_seq order by p.snapshot_ts, number"
    )
    assert joined == [("1",), ("2",), ("3",)]


def test_all_keys_are_listed_where_that_is_declared() -> None:
    pits = {
        "p_people": {
            "hub": "h_people",
            "satellites": "s_changes",
            "snapshots": "control",
            "include_all": True,
        }
    }
    with memory_lake() as lake:
        house = House(lake, query_town(pits=pits))
        changed(house)
        snap(house, 0, 2)
        assert all(verdict.passed for verdict in built(house).verdicts)
        assert pit(house, CHANGES) == [(0, "ann", "-", 0), (2, "ann", 2, 1)]
        house.land("people", ("bob", "B", None))
        house.load()
        assert seconds(built(house).built) == [0, 2]
        assert pit(house, "snapshot_ts hk_people")[::2] == [(0, "ann"), (2, "ann")]
        assert pit(house, "snapshot_ts hk_people")[1::2] == [(0, "bob"), (2, "bob")]


def test_a_link_has_pits_too() -> None:
    pits = {"p_moves": {"link": "l_moves", "satellites": "e_moves", "snapshots": "control"}}
    with memory_lake() as lake:
        house = House(lake, query_town(pits=pits))
        house.land("people", ("ann", "A", None))
        house.land("moves", (1, "ann", SINCE))
        house.land("moves", (1, None, SINCE))
        house.load()
        snap(house, 1, 2, 3)
        built(house, "p_moves")
        columns = "snapshot_ts e_moves_load_ts e_moves_load_seq"
        assert pit(house, columns, "p_moves") == [(2, 2, 0), (3, 3, 0)]


def test_a_second_build_writes_nothing(house: House) -> None:
    changed(house)
    snap(house, 1, 2)
    built(house)
    again = built(house)
    assert (again.built, again.rows_written, again.statements) == ((), 0, ())
    snap(house, 3)
    assert seconds(built(house).built) == [3]


def test_a_snapshot_waits_until_every_batch_is_applied(house: House) -> None:
    changed(house)
    late = house.announce("phones", ("ann", "home", "1"))
    snap(house, 2, 3)
    done = built(house)
    assert (seconds(done.built), seconds(done.waiting)) == ([2], [3])
    waits = next(verdict for verdict in done.verdicts if verdict.audit.name == "partitions")
    assert (waits.failed_rows, waits.audit.severity) == (1, "warn")
    house.stage(late)
    house.load("h_people")
    assert seconds(built(house).waiting) == [3]
    house.load("s_phones")
    assert seconds(built(house).built) == [3]
    assert pit(house, "snapshot_ts s_phones_load_ts") == [(2, "-"), (3, 3)]


def test_a_batch_that_was_given_up_stands_in_nobodys_way(house: House) -> None:
    changed(house)
    broken = house.announce("phones")
    house.query(
        f"insert into registry.failures values ('{broken}', 'rejected', 'broken', 'test', now())"
    )
    snap(house, 3)
    assert seconds(built(house).built) == [3]


def test_a_snapshot_in_the_future_waits(house: House) -> None:
    changed(house)
    snap(house, 10**10)
    assert seconds(built(house).waiting) == [10**10]


def test_a_snapshot_that_is_no_longer_active_is_dropped(house: House) -> None:
    changed(house)
    snap(house, 1, 2)
    built(house)
    house.query(
        "update vault.control set is_active = false, matched_rule = null "
        "where snapshot_ts = timestamp '2024-01-01 12:00:01'"
    )
    done = built(house)
    assert (seconds(done.dropped), done.built) == ([1], ())
    assert pit(house, "snapshot_ts") == [(2,)]
    assert all(verdict.passed for verdict in done.verdicts)


def test_a_late_batch_rebuilds_the_snapshots_from_its_time_on(house: House) -> None:
    house.land("changes", ("ann", "A", None), at=1)
    late = house.announce("changes", ("ann", "B", None), at=3)
    house.land("changes", ("ann", "C", None), at=5)
    house.load()
    snap(house, 2, 4, 6)
    assert seconds(built(house).waiting) == [4, 6]
    house.query(f"insert into registry.failures values ('{late}', 'missing', '-', 'test', now())")
    assert seconds(built(house).built) == [4, 6]
    assert pit(house, CHANGES) == [(2, "ann", 1, 0), (4, "ann", 1, 0), (6, "ann", 5, 0)]
    house.stage(late)
    house.load()
    assert seconds(built(house).built) == [4, 6]
    assert pit(house, CHANGES) == [(2, "ann", 1, 0), (4, "ann", 3, 0), (6, "ann", 5, 0)]


def test_a_replayed_batch_rebuilds_the_snapshots_from_its_time_on(house: House) -> None:
    changed(house)
    snap(house, 1, 2)
    built(house)
    house.restage("changes-2", ("ann", "D", None))
    house.reload("changes-2")
    assert seconds(built(house).built) == [2]
    assert pit(house, CHANGES) == [(1, "ann", 1, 0), (2, "ann", 2, 0)]


def test_orphans_that_come_in_later_rebuild_the_snapshots_they_belong_to() -> None:
    """The deed of batch 3 waits for ann, whom batch 5 makes known; its load time stays 3."""
    pits = {"p_deeds": {"link": "l_deeds", "satellites": "s_deeds", "snapshots": "control"}}
    with memory_lake() as lake:
        house = House(lake, query_town("repair", pits=pits))
        house.land("moves", (1, None, SINCE))
        house.land("people", ("bob", "B", None))
        house.land("deeds", (1, "ann", "ran"))
        house.load()
        snap(house, 2, 3, 4)
        built(house, "p_deeds")
        assert pit(house, "snapshot_ts", "p_deeds") == []
        house.land("people", ("ann", "A", None))
        house.load()
        assert seconds(built(house, "p_deeds").built) == [3, 4]
        assert pit(house, "snapshot_ts s_deeds_load_ts", "p_deeds") == [(3, 3), (4, 3)]
        assert built(house, "p_deeds").built == ()


def test_a_rebuilt_vault_rebuilds_all_snapshots(house: House) -> None:
    changed(house)
    snap(house, 1, 2)
    built(house)
    before = pit(house, "*")
    rebuild_vault(house.lake, house.warehouse, run_id="rebuild")
    assert seconds(built(house).built) == [1, 2]
    assert pit(house, "*") == before


def test_another_declaration_rebuilds_all_snapshots(house: House) -> None:
    changed(house)
    house.land("people", ("ann", "N", None))
    house.load()
    snap(house, 1, 3)
    built(house)
    satellites = ["s_people", "s_changes"]
    pits = {"p_people": {"hub": "h_people", "satellites": satellites, "snapshots": "control"}}
    house.warehouse = query_town("repair", pits=pits)
    assert seconds(built(house).built) == [1, 3]
    rows = pit(house, "snapshot_ts s_people_load_ts s_changes_load_ts")
    assert rows == [(1, "-", 1), (3, 3, 2)]


def test_a_table_that_is_not_there_yet_is_named(house: House) -> None:
    with pytest.raises(TargetError, match=r"vault\.control, which it reads, does not exist yet"):
        built(house)
    snap(house, 1)
    with pytest.raises(TargetError, match=r"vault\.h_people"):
        built(house)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("update vault.p_people set s_changes_load_seq = 7", "pointers_exist"),
        ("insert into vault.p_people from vault.p_people", "one_row_per_key"),
        ("delete from vault.p_people", "every_key"),
        ("delete from vault.p_people", "partitions"),
    ],
)
def test_checks_find_wrong_rows(house: House, change: str, check: str) -> None:
    changed(house)
    snap(house, 2)
    built(house)
    house.query(change)
    plan = query_plan(house.warehouse, "p_people")
    states = [{"snapshot_ts": at(2)}]
    with pytest.raises(Exception, match=check) if check != "partitions" else warned():
        judge(house.lake.session(), plan, states, [])
    if check == "partitions":
        assert not built(house).verdicts[-1].passed


def warned() -> Any:
    return pytest.raises(Exception, match="every_key")

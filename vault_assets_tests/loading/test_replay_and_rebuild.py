"""Reading a batch anew, and loading everything anew from the kept rows."""

import datetime as dt
from typing import Any

import pytest

from vault_assets.errors import LateBatchError
from vault_assets.loading.repairing import mark_replayed
from vault_assets.loading.replaying import fed_by, rebuild_vault
from vault_assets_tests.loading.houses import House

SINCE = dt.datetime(2020, 1, 1)  # noqa: DTZ001  as in a file
HISTORY = "hk_people name load_ts load_seq"


def filled(house: House) -> None:
    """Land and load a bit of everything, in order."""
    house.land("people", ("ann", "A", None), ("bob", "B", "x"), ("bob", "C", "x"))
    house.land("changes", ("ann", "A", None), ("ann", "B", None), (None, "C", None))
    house.land("phones", ("ann", "home", "1"), ("ann", "work", "2"))
    house.land("acts", ("ann", "in", 1), ("ann", "in", 1))
    house.land("teams", (1, "ann", SINCE), (2, "zoe", SINCE), (3, None, SINCE))
    house.load()
    house.land("people", ("ann", "B", None), ("zoe", "Z", None))
    house.land("teams", (1, "bob", SINCE), (2, "zoe", SINCE))
    house.land("deeds", (1, "ann", "ran"), (9, "ann", "sat"))
    house.load()


def everything(house: House) -> dict[str, list[tuple[Any, ...]]]:
    tables = {name: house.contents(name) for _, name, _ in house.warehouse.vault_tables()}
    refused = {
        source: sorted(house.query(f"from stage.{source}_quarantine"), key=repr)
        for source in house.warehouse.sources
    }
    return tables | refused


def test_a_replayed_batch_that_reads_the_same_changes_nothing(house: House) -> None:
    filled(house)
    before = everything(house)
    for batch_id in ("people-1", "changes-2", "teams-5"):
        house.restage(batch_id, *house.batches[batch_id].rows)
        house.reload(batch_id)
        assert everything(house) == before
    assert house.load("h_people").batches == ()


def test_a_replayed_batch_that_reads_otherwise_is_as_if_it_had_always(house: House) -> None:
    for name in ("A", "B", "C"):
        house.land("people", ("ann", name, None), ("bob", name, None))
        house.load("h_people", "s_people")
    house.load()
    house.restage("people-2", ("ann", "A", None), ("cat", "C", None))
    house.reload("people-2")
    assert house.rows("s_people", HISTORY) == [
        ("ann", "A", 1, 0), ("ann", "C", 3, 0), ("bob", "A", 1, 0), ("bob", "C", 3, 0),
        ("cat", "C", 2, 0),
    ]  # fmt: skip
    assert house.rows("h_people", "person load_ts") == [("ann", 1), ("bob", 1), ("cat", 2)]
    assert house.counters("s_people")["people-2"] == (2, 1, 1, 0, 0)


def test_a_key_that_a_replayed_batch_no_longer_has_leaves_the_tables(house: House) -> None:
    """Its relations in other sources are orphans again, and wait."""
    house.land("people", ("ann", "A", None), ("bob", "B", None))
    house.land("teams", (1, "ann", SINCE), (2, "bob", SINCE))
    house.load()
    house.restage("people-1", ("ann", "A", None))
    house.reload("people-1")
    assert house.rows("h_people", "person") == [("ann",)]
    assert house.rows("l_leads", "hk_teams hk_people") == [("1", "ann")]
    assert house.rows("e_leads", "lk_leads is_active") == [("1/ann", True)]
    assert house.quarantined("teams", "l_leads") == [("teams-2", 3, "orphan:hk_people")]
    house.restage("people-1", ("ann", "A", None), ("bob", "B", None))
    house.reload("people-1")
    assert house.rows("e_leads", "lk_leads is_active") == [("1/ann", True), ("2/bob", True)]
    assert house.quarantined("teams", "l_leads") == []


def test_a_replay_leaves_other_batches_alone(house: House) -> None:
    """Also where these could not be applied, for an older one is not staged yet."""
    house.land("people", ("ann", "A", None))
    house.load()
    house.announce("people", ("ann", "B", None))
    house.land("people", ("ann", "C", None))
    house.restage("people-1", ("ann", "A2", None))
    house.reload("people-1")
    assert house.rows("s_people", HISTORY) == [("ann", "A2", 1, 0)]
    with pytest.raises(LateBatchError, match="people-2"):
        house.load("s_people")
    house.stage("people-2")
    house.load("s_people")
    assert [name for _, name in house.rows("s_people", "load_ts name")] == ["A2", "B", "C"]


def test_a_batch_that_is_read_at_last_takes_its_place(house: House) -> None:
    """An older batch was given up; a later one is applied; then the old one can be read."""
    house.announce("people", ("ann", "A", None))
    house.land("people", ("ann", "B", None))
    house.lake.session().connection.execute(
        "insert into registry.failures values ('people-1', 'rejected', '', '', now())"
    )
    house.load()
    house.stage("people-1")
    house.reload("people-1")
    assert house.rows("s_people", HISTORY) == [("ann", "A", 1, 0), ("ann", "B", 2, 0)]
    assert house.rows("h_people", "person batch_id") == [("ann", "people-1")]


def test_an_interrupted_replay_is_finished_by_the_next_load(house: House) -> None:
    """The stage has been read anew; the process died before the tables followed."""
    house.land("people", ("ann", "A", None), ("bob", "B", None))
    house.land("people", ("ann", "C", None))
    house.load()
    labels = [plan.table.label for plan in fed_by(house.warehouse, "people")]
    house.lake.transaction([], lambda session: mark_replayed(session, labels, "people-1"))
    house.restage("people-1", ("ann", "A2", None))
    house.load("h_people", "s_people")
    assert house.rows("s_people", HISTORY) == [("ann", "A2", 1, 0), ("ann", "C", 2, 0)]
    assert house.rows("h_people", "person") == [("ann",)]
    assert house.load("s_people").batches == ()


def test_the_tables_that_a_source_feeds_come_with_those_that_wait_for_them(house: House) -> None:
    names = [plan.table.name for plan in fed_by(house.warehouse, "acts")]
    assert names == [
        "h_people", "l_leads", "l_moves", "l_deeds", "s_deeds", "s_acts", "e_leads", "e_moves",
    ]  # fmt: skip


def test_a_rebuild_gives_identical_rows(house: House) -> None:
    filled(house)
    before = everything(house)
    loaded = rebuild_vault(house.lake, house.warehouse, run_id="rebuild")
    assert everything(house) == before
    assert [item.table for item in loaded] == [
        f"vault.{name}" for _, name, _ in house.warehouse.vault_tables()
    ]
    assert house.load("s_people").batches == ()


def test_a_rebuild_mends_rows_that_were_changed_by_hand(house: House) -> None:
    filled(house)
    before = everything(house)
    connection = house.lake.session().connection
    connection.execute("update vault.s_people set name = 'forged'")
    connection.execute("delete from vault.h_people")
    connection.execute("insert into vault.l_leads select * from vault.l_leads")
    rebuild_vault(house.lake, house.warehouse, run_id="rebuild")
    assert everything(house) == before

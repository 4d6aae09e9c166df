"""Audits see wrong rows before they are committed, and roll everything back."""

import datetime as dt
from typing import Any, NamedTuple

import pytest

from vault_assets.loading.audits import Audit, AuditsFailedError
from vault_assets.targets.session import Session
from vault_assets_tests.loading.houses import House

SINCE = dt.datetime(2020, 1, 1)  # noqa: DTZ001  as in a file
INSERTED = "the incoming rows that are new"
DECIDED = "the outcome of every incoming row"
CHANGED = "a change closes the partner before it"
TABLES = ("h_people", "h_teams", "l_moves", "s_changes", "s_phones", "s_acts", "e_moves")


def plant(monkeypatch: pytest.MonkeyPatch, after: str, sql: str) -> None:
    """Let a load run more SQL after its statement with this text."""
    run = Session.run

    def planted(self: Session, text: str, parameters: Any = None, *, note: bool = True) -> int:
        count = run(self, text, parameters, note=note)
        if after in text:
            self.connection.execute(sql)
        return count

    monkeypatch.setattr(Session, "run", planted)


def state(house: House) -> dict[str, Any]:
    """Return everything that a load writes."""
    return {
        **{name: house.contents(name) for name in TABLES},
        "applied": sorted(house.query("select table_name, batch_id from registry.applied")),
        "quarantine": house.query("from stage.moves_quarantine"),
    }


@pytest.fixture
def loaded(house: House) -> House:
    """Give a house with a first batch of everything loaded, and a second one staged."""
    for name in ("A", "B"):
        house.land("changes", ("ann", name, None), ("bob", name, None))
        house.land("phones", ("ann", "home", name))
        house.land("acts", ("ann", name, 1))
        leader = {"A": "ann", "B": "bob"}[name]
        house.land("moves", (1, leader, SINCE), (2, "zoe", SINCE), (None, "ann", SINCE))
        if name == "A":
            house.load(*TABLES)
    house.load("h_people", "h_teams")
    return house


class Plant(NamedTuple):
    """Rows that no load writes: table, when they come, the audit that sees them."""

    table: str
    after: str
    audit: str
    sql: str


def doubled(table: str, where: str) -> Plant:
    sql = f"insert into vault.{table} select * from vault.{table} where {where}"
    return Plant(table, INSERTED, "pk_unique", sql)


NO_CHANGE = Plant(
    "s_changes",
    INSERTED,
    "no_repeat",
    """
    insert into vault.s_changes by name
    select * replace (load_seq + 1 as load_seq) from vault.s_changes where batch_id = 'changes-5'
    """,
)
PLANTS = {
    "a doubled hub row": doubled("h_people", "person = 'new'"),
    "a doubled link row": doubled("l_moves", "batch_id = 'moves-8'"),
    "a doubled satellite row": doubled("s_changes", "batch_id = 'changes-5'"),
    "a doubled event": doubled("s_acts", "batch_id = 'acts-7'"),
    "a satellite row without a change": NO_CHANGE,
    "a set that lacks a row": Plant(
        "s_phones",
        INSERTED,
        "set_complete",
        "update vault.s_phones set hashdiff = uuid() where batch_id = 'phones-6'",
    ),
    "two active partners": Plant(
        "e_moves",
        CHANGED,
        "one_active",
        "delete from vault.e_moves where not is_active and batch_id = 'moves-8'",
    ),
    "a relation that is opened twice": Plant(
        "e_moves",
        CHANGED,
        "states_alternate",
        "update vault.e_moves set is_active = true where batch_id = 'moves-8'",
    ),
    "a row that was lost on the way": Plant(
        "s_phones", DECIDED, "reconcile", "delete from decided where row_no = 2"
    ),
    "a row that was lost after it was written": Plant(
        "s_changes",
        INSERTED,
        "reconcile",
        "delete from vault.s_changes where batch_id = 'changes-5' and name = 'B'",
    ),
}


@pytest.mark.parametrize("wrong", PLANTS.values(), ids=PLANTS.keys())
def test_a_wrong_row_is_seen_and_everything_rolled_back(
    loaded: House, monkeypatch: pytest.MonkeyPatch, wrong: Plant
) -> None:
    loaded.land("acts", ("new", "in", 1))
    if wrong.table == "e_moves":
        loaded.load("l_moves")
    before = state(loaded)
    plant(monkeypatch, wrong.after, wrong.sql)
    with pytest.raises(AuditsFailedError, match=wrong.audit) as failure:
        loaded.load(wrong.table)
    assert state(loaded) == before
    assert wrong.audit in {v.audit.name for v in failure.value.verdicts if not v.passed}
    monkeypatch.undo()
    assert loaded.load(wrong.table).total("rows_in") > 0


def test_a_collision_of_two_business_keys_is_seen(house: House) -> None:
    """Two keys of one hash: the hub would lose one of them."""
    house.land("people", ("ann", "A", None))
    house.load("h_people")
    house.land("people", ("bob", "B", None))
    house.lake.session().connection.execute(
        "update stage.people set hk_people = (select hk_people from stage.people "
        "where person = 'ann') where person = 'bob'"
    )
    with pytest.raises(AuditsFailedError, match=r"collision \(1 rows\)"):
        house.load("h_people")
    assert house.rows("h_people", "person") == [("ann",)]
    assert list(house.counters("h_people")) == ["people-1"]


def test_a_key_that_is_no_hash_of_its_parts_is_reported(house: House) -> None:
    house.land("people", ("ann", "A", None), ("bob", "B", None))
    house.load("h_people")
    house.lake.session().connection.execute(
        "update vault.h_people set person = 'eve' where person = 'ann'"
    )
    failed = [
        (v.audit.name, v.failed_rows) for v in house.load("h_people").verdicts if not v.passed
    ]
    assert failed == [("key_recomputes", 1)]


def test_a_failed_audit_names_the_batch_and_its_file(
    loaded: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, NO_CHANGE.after, NO_CHANGE.sql)
    with pytest.raises(AuditsFailedError) as failure:
        loaded.load(NO_CHANGE.table)
    (verdict,) = [v for v in failure.value.verdicts if v.audit.name == NO_CHANGE.audit]
    assert verdict.failed_rows == 2
    assert {(row["batch_id"], row["object_key"]) for row in verdict.sample} == {
        ("changes-5", "changes/5.csv")
    }


def test_a_declared_audit_sees_the_load_times_of_the_load(house: House) -> None:
    house.land("people", ("ann", "A", None))
    house.load("h_people")
    house.land("people", ("bob", "B", None))
    sql = "select person, batch_id from vault.h_people where load_ts between $first and $last"
    with pytest.raises(AuditsFailedError) as failure:
        house.load("h_people", extra_audits=[Audit("none", sql, blocking=True)])
    (verdict,) = [v for v in failure.value.verdicts if v.audit.name == "none"]
    assert [row["person"] for row in verdict.sample] == ["bob"]
    assert house.rows("h_people", "person") == [("ann",)]


def test_a_blocking_audit_that_only_warns_does_not_block(house: House) -> None:
    house.land("people", ("ann", "A", None))
    sql = "select person from vault.h_people where batch_id <> 'ghost'"
    audit = Audit("none", sql, blocking=True, severity="warn")
    verdicts = house.load("h_people", extra_audits=[audit]).verdicts
    assert [(v.audit.name, v.failed_rows) for v in verdicts if not v.passed] == [("none", 1)]
    assert house.rows("h_people", "person") == [("ann",)]


def test_counters_add_up_for_every_batch(loaded: House) -> None:
    loaded.load(*TABLES)
    for table in TABLES:
        for rows_in, *outcomes in loaded.counters(table).values():
            assert rows_in == sum(outcomes)
    assert loaded.counters("e_moves") == {
        "moves-4": (3, 1, 0, 0, 2),
        "moves-8": (3, 1, 0, 0, 2),
    }


def test_without_new_rows_only_checks_that_failed_are_judged_again(loaded: House) -> None:
    loaded.load()
    told = Audit("told", "select 1 as wrong from vault.h_people limit 1")
    again = loaded.load("h_people", extra_audits=[told])
    quiet = loaded.load("h_people", extra_audits=[told], judge_again=lambda name: name != "told")
    verdicts = [{v.audit.name: v.passed for v in each.verdicts} for each in (again, quiet)]
    assert [found["told"] for found in verdicts] == [False, True]
    assert set(verdicts[0]) == set(verdicts[1])

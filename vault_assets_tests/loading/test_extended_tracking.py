"""Extended tracking satellites: the changes of several satellites of a hub, without payload."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vault_assets.loading.audits import Verdict
from vault_assets.loading.judging import judge_vault_table
from vault_assets.loading.replaying import rebuild_vault
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse

EXAMPLES = int(os.environ.get("VAULT_ASSETS_TEST_EXAMPLES", "4"))
CHANGES = "hk_people satellite load_ts load_seq"
SOURCES = {
    "people": ("full", "s_people"),
    "moves": ("delta", "s_moves"),
    "jobs": ("delta", "s_jobs"),
    "phones": ("delta", "m_phones"),
}


def followed(late: str = "repair", *, waiting: bool = False, **changes: Any) -> dict[str, Any]:
    """Declare people, what describes them (a state, a log, one in declared order, a set), the XTS.

    Args:
        late: What the satellites do with late batches.
        waiting: Whether only jobs at 1 feed the hub, and others wait for their key.
        changes: Of the XTS.
    """
    columns = {"person": "text", "said": "text", "at": "integer"}
    satellites: dict[str, Any] = {
        name: {"parent": "h_people", "payload": "said", "from": stage, "late": late}
        for stage, (_, name) in SOURCES.items()
    }
    phones = {**satellites.pop("m_phones"), "child_keys": "at"}
    satellites["s_jobs"]["order"] = ["at"]
    fed: list[Any] = ["people", "moves", "jobs", "phones"]
    if waiting:
        satellites["s_jobs"]["orphans"] = "quarantine"
        fed[2] = {"stage": "jobs", "where": '"at" = 1'}
    return {
        "sources": {name: source(columns, kind) for name, (kind, _) in SOURCES.items()},
        "hubs": {"h_people": {"keys": "person", "from": fed}},
        "satellites": satellites,
        "multi_active_satellites": {"m_phones": phones},
        "extended_tracking_satellites": {
            "xts_people": {
                "parent": "h_people",
                "satellites": ["s_people", "s_moves", "s_jobs", "m_phones"],
                **changes,
            }
        },
    }


def failed(house: House) -> list[Verdict]:
    verdicts = judge_vault_table(house.lake, house.warehouse, "xts_people")
    return [verdict for verdict in verdicts if not verdict.passed]


def test_one_row_per_change_and_satellite() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**followed()))
        house.land("people", ("x", "A", 1), ("y", "A", 1), ("y", "B", 1))
        house.land("moves", ("x", "A", 1), ("x", "B", 1), ("x", "A", 1), (None, "A", 1))
        house.load()
        house.land("people", ("x", "A", 1))
        house.land("jobs", ("x", "B", 2), ("x", "A", 1))
        house.load()
        assert house.rows("xts_people", CHANGES) == [
            ("x", "s_jobs", 4, 0),
            ("x", "s_jobs", 4, 1),
            ("x", "s_moves", 2, 0),
            ("x", "s_moves", 2, 1),
            ("x", "s_moves", 2, 2),
            ("x", "s_people", 1, 0),
        ]
        assert house.counters("xts_people") == {
            "people-1": (3, 1, 0, 0, 2),
            "moves-2": (4, 3, 0, 0, 1),
            "people-3": (1, 0, 1, 0, 0),
            "jobs-4": (2, 2, 0, 0, 0),
        }
        assert failed(house) == []


def test_a_stage_whose_batches_are_later_than_those_of_another_is_no_gap() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**followed(late="strict")))
        late = house.announce("jobs", ("x", "J", 1))
        house.land("moves", ("x", "M", 1))
        house.load("h_people", "s_people", "s_moves", "s_jobs", "m_phones", "xts_people")
        house.stage(late)
        house.load()
        assert house.rows("xts_people", CHANGES) == [("x", "s_jobs", 1, 0), ("x", "s_moves", 2, 0)]
        assert failed(house) == []


def test_a_change_that_a_satellite_lacks_is_told() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**followed()))
        house.land("moves", ("x", "A", 1))
        house.load()
        lake.session().run("delete from vault.s_moves where batch_id <> 'ghost'")
        (verdict,) = failed(house)
        assert verdict.audit.name == "as_satellites"
        assert verdict.sample[0]["problem"] == "not in the satellite"


def test_an_orphan_of_one_satellite_waits_as_it_does_there() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**followed(waiting=True)))
        house.land("jobs", ("x", "A", 2), ("y", "A", 1))
        house.load()
        assert house.rows("xts_people", CHANGES) == [("y", "s_jobs", 1, 0)]
        assert house.quarantined("jobs", "xts_people") == house.quarantined("jobs", "s_jobs")
        house.land("moves", ("x", "B", 1))
        house.load()
        assert house.rows("xts_people", CHANGES) == [
            ("x", "s_jobs", 1, 0),
            ("x", "s_moves", 2, 0),
            ("y", "s_jobs", 1, 0),
        ]
        assert house.quarantined("jobs", "xts_people") == []
        assert failed(house) == []


def test_a_set_that_changes_is_one_row() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**followed()))
        house.land("phones", ("x", "A", 1), ("x", "B", 2), ("y", "A", 1), ("y", "B", 1))
        house.land("phones", ("x", "B", 2), ("x", "A", 1), ("x", "A", 1))
        house.land("phones", ("x", "B", 2))
        house.load()
        assert house.rows("xts_people", CHANGES) == [
            ("x", "m_phones", 1, 0),
            ("x", "m_phones", 3, 0),
        ]
        assert house.counters("xts_people") == {
            "phones-1": (4, 1, 0, 1, 2),
            "phones-2": (3, 0, 1, 2, 0),
            "phones-3": (1, 1, 0, 0, 0),
        }
        assert house.rows_of(
            "select hashdiff from vault.xts_people where batch_id <> 'ghost' order by load_ts"
        ) == house.rows_of(
            "select distinct on (load_ts) set_hash from vault.m_phones "
            "where batch_id <> 'ghost' order by load_ts"
        )
        assert failed(house) == []


@pytest.mark.parametrize("profile", ["automate_dv", "datavault4dbt"])
def test_sets_are_followed_with_the_hash_rules_of_a_vault_taken_over(profile: str) -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**followed(), hashing={"profile": profile}))
        house.land("phones", ("x", "A", 10), ("x", "B", 9), ("x", None, None))
        house.land("phones", ("x", "B", 9), ("x", "A", 10), ("x", None, None))
        house.land("phones", ("x", "B", 9))
        house.load()
        times = "select load_ts from vault.xts_people where batch_id <> 'ghost'"
        assert len(house.rows_of(times)) == 2
        assert failed(house) == []


def test_satellites_of_other_hubs_cannot_be_followed() -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"satellites": ["s_peple"]}, "s_people"),
        ({"satellites": ["s_people", "s_people"]}, "twice"),
        ({"parent": "h_none"}, "no hub or link"),
        ({"satellites": ["m_log"]}, "log of events"),
        ({"satellites": ["r_people"]}, "'r_people' of record_tracking_satellites"),
    ]
    for changes, match in wrong:
        declared = followed(**changes)
        log = {**declared["multi_active_satellites"]["m_phones"], "append_only": True}
        declared["multi_active_satellites"]["m_log"] = log
        tracking = {"r_people": {"parent": "h_people", "from": "people"}}
        with pytest.raises(ValidationError, match=match):
            warehouse(**declared, record_tracking_satellites=tracking)


people = st.sampled_from(["x", " x", "", "a||b", None])
said = st.sampled_from(["A", "B", "", " A", "^^", None])
rows = st.lists(st.tuples(people, said, st.sampled_from([1, 2, None])), max_size=5)
landings = st.lists(st.tuples(st.sampled_from(list(SOURCES)), rows), min_size=1, max_size=5)


def reference(batches: list[Any]) -> list[tuple[str, str, int, int]]:
    """Return (person, satellite, batch, place) of every change, by the rules of satellites."""
    found, held = [], {}
    for number, (name, landed) in enumerate(batches, start=1):
        kind, satellite = SOURCES[name]
        in_order = name == "jobs"
        delivered = sorted(landed, key=lambda row: row[2] or 9) if in_order else landed
        told: dict[str, list[Any]] = {}
        for person, text, at in delivered:
            if person is not None:
                told.setdefault(person, []).append((at, text) if name == "phones" else text)
        if name == "phones":
            told = {
                person: [frozenset(members)]
                for person, members in told.items()
                if len(set(members)) == len({at for at, _ in members})
            }
        for person, texts in told.items():
            if kind == "full" and len(set(texts)) > 1:
                continue
            place = 0
            for text in texts:
                if held.get((satellite, person), ...) != text:
                    found.append((person, satellite, number, place))
                    place += 1
                held[satellite, person] = text
    return sorted(found, key=repr)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=landings, data=st.data())
def test_any_order_gives_the_changes_of_plain_python(batches: Any, data: st.DataObject) -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**followed()))
        house.load()
        landed = [house.announce(name, *delivered) for name, delivered in batches]
        for batch_id in data.draw(st.permutations(landed)):
            house.stage(batch_id)
            if data.draw(st.booleans()):
                house.load()
        house.load()
        assert house.rows("xts_people", CHANGES) == reference(batches)
        assert failed(house) == []
        contents = house.contents("xts_people")
        again = data.draw(st.sampled_from(landed))
        house.restage(again, *house.batches[again].rows)
        house.reload(again)
        assert house.contents("xts_people") == contents
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert house.contents("xts_people") == contents


def test_a_satellite_of_another_stage_that_is_added_later_brings_its_batches() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**followed(satellites=["s_moves"])))
        house.land("jobs", ("x", "J", 1))
        house.land("moves", ("x", "M", 1))
        house.load()
        assert house.rows("xts_people", CHANGES) == [("x", "s_moves", 2, 0)]
        grown = House(lake, warehouse(**followed()), house.batches, house.clock)
        grown.load()
        assert grown.rows("xts_people", CHANGES) == [("x", "s_jobs", 1, 0), ("x", "s_moves", 2, 0)]
        assert failed(grown) == []

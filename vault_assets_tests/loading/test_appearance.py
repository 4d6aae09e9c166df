"""Status tracking and effectivity by appearance: what complete snapshots say by what they lack."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vault_assets.errors import LateBatchError
from vault_assets.loading.audits import AuditsFailedError
from vault_assets.loading.replaying import rebuild_vault
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse

STATUS = "hk_people status reason load_ts batch_id"


def club(late: str = "strict", delivery: str = "full", **changes: Any) -> dict[str, Any]:
    """Declare people, their teams, who is there, and who is in which team."""
    return {
        "sources": {"people": source({"person": "text", "team": "text"}, delivery)},
        "hubs": {
            "h_people": {"keys": "person", "from": "people"},
            "h_teams": {"keys": "team", "from": "people"},
        },
        "links": {
            "l_members": {
                "hubs": {"hk_people": "h_people", "hk_teams": "h_teams"},
                "from": "people",
            }
        },
        "status_tracking_satellites": {
            "st_people": {"parent": "h_people", "from": "people", "late": late, **changes}
        },
        "effectivity_satellites": {
            "e_members": {"link": "l_members", "from": "people", "late": late}
        },
    }


@pytest.fixture
def house() -> Iterator[House]:
    with memory_lake() as lake:
        yield House(lake, warehouse(**club()))


def test_a_key_that_a_snapshot_lacks_is_deleted_and_one_that_returns_is_active(
    house: House,
) -> None:
    house.land("people", ("x", "t"), ("y", "t"))
    house.land("people")
    house.land("people", ("y", "t"))
    house.load()
    assert house.rows("st_people", STATUS) == [
        ("x", "ACTIVE", "present", 1, "people-1"),
        ("x", "DELETED", "absent", 2, "people-2"),
        ("y", "ACTIVE", "present", 1, "people-1"),
        ("y", "ACTIVE", "present", 3, "people-3"),
        ("y", "DELETED", "absent", 2, "people-2"),
    ]


def test_snapshots_one_by_one_give_the_same(house: House) -> None:
    for rows in ([("x", "t"), ("y", "t")], [], [("y", "t")]):
        house.land("people", *rows)
        house.load()
    assert len(house.rows("st_people", STATUS)) == 5
    assert house.counters("st_people") == {
        "people-1": (2, 2, 0, 0, 0),
        "people-2": (0, 0, 0, 0, 0),
        "people-3": (1, 1, 0, 0, 0),
    }


def test_relations_begin_and_end_with_their_appearance(house: House) -> None:
    house.land("people", ("x", "red"), ("x", "blue"), ("x", "red"))
    house.load()
    house.land("people", ("x", "blue"))
    house.load()
    assert house.rows("e_members", "lk_members is_active effective_from load_ts") == [
        ("x/blue", True, 1, 1),
        ("x/red", False, 2, 2),
        ("x/red", True, 1, 1),
    ]
    assert house.counters("e_members")["people-1"] == (3, 2, 0, 1, 0)


def test_a_late_snapshot_is_refused_or_repairs_everything(house: House) -> None:
    late = house.announce("people", ("x", "t"))
    house.land("people", ("y", "t"))
    with pytest.raises(LateBatchError, match=late):
        house.load()
    with memory_lake() as lake:
        repairing = House(lake, warehouse(**club("repair")))
        late = repairing.announce("people", ("x", "t"))
        repairing.land("people", ("y", "t"))
        repairing.load()
        repairing.stage(late)
        repairing.load()
        assert repairing.rows("st_people", "hk_people status load_ts") == [
            ("x", "ACTIVE", 1),
            ("x", "DELETED", 2),
            ("y", "ACTIVE", 2),
        ]


def test_a_snapshot_that_closes_too_much_is_not_applied() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**club(hold_if_closing_over=0.5)))
        house.land("people", ("x", "t"), ("y", "t"), ("z", "t"))
        house.load()
        house.land("people", ("x", "t"))
        with pytest.raises(AuditsFailedError, match="mass_close"):
            house.load("st_people")
        assert len(house.rows("st_people", STATUS)) == 3


def test_an_unusual_number_of_closings_is_told(house: House) -> None:
    house.land("people", ("x", "t"), ("y", "t"))
    house.load()
    house.land("people")
    loaded = house.load("st_people")
    assert not house.query("select 1 from vault.st_people where load_seq > 0")
    failed = [verdict.audit.name for verdict in loaded.verdicts if not verdict.passed]
    assert failed == ["mass_close"]


def test_operations_of_a_cdc_source_say_what_happened() -> None:
    with memory_lake() as lake:
        declared = club(delivery="cdc", operation="team", deleted=["D"])
        del declared["effectivity_satellites"]
        house = House(lake, warehouse(**declared))
        house.land("people", ("x", "I"), ("y", "I"), ("x", "U"), ("x", "D"))
        house.land("people", ("y", "U"), ("x", "I"))
        house.load()
        assert house.rows("st_people", "hk_people status reason load_ts load_seq") == [
            ("x", "ACTIVE", "cdc", 1, 0),
            ("x", "ACTIVE", "cdc", 2, 0),
            ("x", "DELETED", "cdc", 1, 1),
            ("y", "ACTIVE", "cdc", 1, 0),
        ]


def test_deliveries_of_changes_do_not_show_what_is_gone() -> None:
    with pytest.raises(ValidationError, match="not delivered in full"):
        warehouse(**club(delivery="delta"))


snapshots = st.lists(
    st.lists(st.tuples(st.sampled_from(["x", "y", None]), st.sampled_from(["t", "u"])), max_size=4),
    min_size=1,
    max_size=5,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=snapshots, data=st.data())
def test_any_order_gives_the_rows_of_plain_python(batches: list[Any], data: st.DataObject) -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**club("repair")))
        house.load()
        landed = [house.announce("people", *rows) for rows in batches]
        for batch_id in data.draw(st.permutations(landed)):
            house.stage(batch_id)
            if data.draw(st.booleans()):
                house.load()
        house.load()
        expected, before = [], set()
        for number, rows in enumerate(batches, start=1):
            now = {person for person, _ in rows if person is not None}
            expected += [(key, "ACTIVE", number) for key in now - before]
            expected += [(key, "DELETED", number) for key in before - now]
            before = now
        found = house.rows("st_people", "hk_people status load_ts")
        assert found == sorted(expected, key=repr)
        contents = [house.contents("st_people"), house.contents("e_members")]
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert [house.contents("st_people"), house.contents("e_members")] == contents

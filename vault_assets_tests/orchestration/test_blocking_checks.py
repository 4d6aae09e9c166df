"""A failing blocking check: nothing is written, the check tells, nothing downstream runs."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from vault_assets_tests.orchestration.towns import definitions, made, materialized, town
from vault_assets_tests.places import Place, single_process_place

pytestmark = pytest.mark.slow
NO_DRAGONS = {
    "no_dragons": {
        "description": "Only people live here.",
        "blocking": True,
        "sql": "select person_id, batch_id, load_ts from vault.h_people where person_id > 100",
    }
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with single_process_place(tmp_path) as found:
        (tmp_path / "landing").mkdir()
        yield found


@pytest.fixture
def guarded() -> dg.Definitions:
    hub = {
        "hash_key": "hk_person",
        "keys": "person_id",
        "from": {"stage": "people", "columns": {"person_id": "id"}},
        "checks": NO_DRAGONS,
    }
    return definitions(town(hubs={"h_people": hub}))


def test_it_rolls_back_tells_and_stops(place: Place, guarded: dg.Definitions) -> None:
    place.store.put("town/people/1.csv", b"id,name\n1,Ann\n2,Bob\n")
    assert materialized(guarded).success
    before = place.rows("select * from vault.h_people order by all", "town")
    place.store.put("town/people/2.csv", b"id,name\n3,Cid\n101,Fafnir\n")
    result = materialized(guarded)

    assert not result.success
    assert place.rows("select * from vault.h_people order by all", "town") == before
    (told,) = [c for c in result.get_asset_check_evaluations() if c.check_name == "no_dragons"]
    assert not told.passed
    assert told.metadata["failed_rows"].value == 1
    rows = told.metadata["rows"]
    assert isinstance(rows, dg.TableMetadataValue)
    assert [row.data["person_id"] for row in rows.records] == [101]
    assert told.metadata["object_key"].value == "town/people/2.csv"
    assert str(told.metadata["batch_id"].value).startswith("people-")
    assert made(result) == {"people"}  # landing and stage; neither the hub nor what follows it


def test_the_check_is_not_tried_again(place: Place, guarded: dg.Definitions) -> None:
    place.store.put("town/people/1.csv", b"id,name\n101,Fafnir\n")
    result = materialized(guarded)
    assert not [event for event in result.all_events if event.is_step_up_for_retry]
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    given = failure.step_failure_data.user_failure_data
    assert given is not None
    assert "no_dragons (1 rows)" in (given.description or "")

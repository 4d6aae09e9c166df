"""A stage that looks another one up: what its asset depends on, and where its columns come from."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vault_assets.loading.adding import replace_rows
from vault_assets_tests.orchestration.towns import definitions, materialized, town
from vault_assets_tests.places import single_process_place

SOURCES: dict[str, Any] = {
    "pets": {
        "objects": ["town/pets/**/*.csv"],
        "columns": {"pet": "text", "owner": "integer"},
        "prejoins": {
            "owner": {"source": "people", "on": {"owner": "id"}, "columns": {"owner_name": "name"}}
        },
    },
    "people": {
        "objects": ["town/people/**/*.csv"],
        "delivery": "full",
        "columns": {"id": {"type": "integer", "nullable": False}, "name": "text(50)"},
    },
}
HUBS = {
    "h_people": {
        "hash_key": "hk_person",
        "keys": "person_id",
        "from": {"stage": "people", "columns": {"person_id": "id"}},
    },
    "h_names": {
        "hash_key": "hk_names",
        "keys": "name",
        "from": {"stage": "pets", "columns": {"name": "owner_name"}},
    },
}


def key(layer: str, name: str) -> dg.AssetKey:
    return dg.AssetKey(["town", layer, name])


def test_the_stage_depends_on_the_one_it_looks_up_and_its_columns_come_from_there() -> None:
    graph = definitions(town(sources=SOURCES, hubs=HUBS)).resolve_asset_graph()
    pets = graph.get(key("stage", "pets"))
    assert pets.parent_keys == {key("landing", "pets"), key("stage", "people")}
    assert graph.get(key("landing", "pets")).parent_keys == set()
    found = pets.metadata["dagster/column_lineage"].deps_by_column
    origin = [dg.TableColumnDep(asset_key=key("stage", "people"), column_name="name")]
    assert found["owner_name"] == found["hk_names"] == origin
    assert found["owner"] == [
        dg.TableColumnDep(asset_key=key("landing", "pets"), column_name="owner")
    ]
    checks = {check.name for check in graph.asset_check_keys if check.asset_key == pets.key}
    assert "prejoin_current" in checks
    others = {check.name for check in graph.asset_check_keys if check.asset_key != pets.key}
    assert "prejoin_current" not in others


@pytest.mark.slow
def test_runs_stage_what_is_looked_up_first_and_judge_it_again(tmp_path: Path) -> None:
    with single_process_place(tmp_path) as place:
        land(tmp_path, "people/1.csv", "id,name\n7,Ann\n")
        land(tmp_path, "pets/1.csv", "pet,owner\nrex,7\nmog,8\n")
        found = definitions(town(sources=SOURCES, hubs=HUBS))
        first = materialized(found)
        assert first.success
        assert verdicts(first) == [True]
        # Both landed at once: which of the two batches is older is the order of registration.
        land(tmp_path, "pets/2.csv", "pet,owner\nrex,7\nmog,8\n")
        second = materialized(found)
        assert second.success
        assert verdicts(second) == [True]
        owners = "select pet, owner_name from stage.pets order by load_ts desc limit 1"
        assert place.rows(owners, "town") == [("rex", "Ann")]
        assert place.value("select count(*) from stage.pets_quarantine", "town") >= 1
        with place.lake("town") as lake:
            warehouse = town(sources=SOURCES, hubs=HUBS)
            ((people,),) = (
                lake.connection()
                .execute("select batch_id from registry.batches where source = 'people'")
                .fetchall()
            )
            mended = [{"id": 7, "name": "Anna"}]
            replace_rows(lake, warehouse, "people", people, mended, run_id="test")
        third = materialized(found)
        assert third.success
        assert verdicts(third) == [False]


def land(folder: Path, key: str, text: str) -> None:
    path = folder / "landing" / "town" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def verdicts(result: dg.ExecuteInProcessResult) -> list[bool]:
    return [
        check.passed
        for check in result.get_asset_check_evaluations()
        if check.check_name == "prejoin_current"
    ]

"""A stage that looks another one up: what its asset depends on, and where its columns come from."""

from pathlib import Path
from typing import Any

import dagster as dg

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
    "h_names": {"keys": "name", "from": {"stage": "pets", "columns": {"name": "owner_name"}}},
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
    assert found["owner_name"] == found["hk_names" if "hk_names" in found else "h_names"] == origin
    assert found["owner"] == [
        dg.TableColumnDep(asset_key=key("landing", "pets"), column_name="owner")
    ]
    checks = {check.name for check in graph.asset_check_keys if check.asset_key == pets.key}
    assert "prejoin_current" in checks
    others = {check.name for check in graph.asset_check_keys if check.asset_key != pets.key}
    assert "prejoin_current" not in others


def test_a_run_stages_what_is_looked_up_first(tmp_path: Path) -> None:
    with single_process_place(tmp_path) as place:
        place.put("town/pets/1.csv", "pet,owner\nrex,7\nmog,8\n")
        place.put("town/people/1.csv", "id,name\n7,Ann\n")
        result = materialized(definitions(town(sources=SOURCES, hubs=HUBS)))
        assert result.success

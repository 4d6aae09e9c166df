"""Snapshot control, PIT and bridge as assets: what they depend on, what they show, their checks."""

import datetime as dt
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vault_assets_tests.orchestration.towns import definitions, materialized, town
from vault_assets_tests.places import single_process_place

SOURCES = {
    "people": {
        "objects": ["town/people/**/*.csv"],
        "delivery": "full",
        "columns": {
            "id": {"type": "integer", "nullable": False},
            "name": "text(50)",
            "team": "text",
        },
    }
}
HUBS = {
    "h_people": {
        "hash_key": "hk_person",
        "keys": "person_id",
        "from": {"stage": "people", "columns": {"person_id": "id"}},
    },
    "h_teams": {"keys": "team", "from": "people"},
}
QUERIED: dict[str, Any] = {
    "sources": SOURCES,
    "hubs": HUBS,
    "links": {
        "l_teams": {
            "hubs": {"hk_person": "h_people", "hk_teams": "h_teams"},
            "from": {"stage": "people", "keys": {"hk_person": "id"}},
        }
    },
    "snapshots": {"control": {"every": "hour", "keep": {"daily": 7}}},
    "pits": {"p_people": {"hub": "h_people", "satellites": "s_people", "snapshots": "control"}},
    "bridges": {"b_teams": {"path": ["h_people", "l_teams", "h_teams"], "snapshots": "control"}},
}


def key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["town", "vault", name])


def test_query_tables_depend_on_what_they_read() -> None:
    graph = definitions(town(**QUERIED)).resolve_asset_graph()
    found = {
        name: {parent.path[-1] for parent in graph.get(key(name)).parent_keys}
        for name in ("control", "p_people", "b_teams")
    }
    assert found == {
        "control": {"people"},
        "p_people": {"control", "h_people", "s_people"},
        "b_teams": {"control", "h_people", "h_teams", "l_teams"},
    }
    checks = {check.name for check in graph.asset_check_keys if check.asset_key == key("p_people")}
    assert checks == {"every_key", "one_row_per_key", "pointers_exist", "partitions"}
    lineage = graph.get(key("p_people")).metadata["dagster/column_lineage"]
    (origin,) = lineage.deps_by_column["s_people_load_ts"]
    assert (origin.asset_key, origin.column_name) == (key("s_people"), "load_ts")


@pytest.mark.slow
def test_a_run_builds_them(tmp_path: Path) -> None:
    with single_process_place(tmp_path):
        landing = tmp_path / "landing" / "town" / "people"
        landing.mkdir(parents=True)
        (landing / "1.csv").write_text("id,name,team\n1,Ann,a\n2,Bob,b\n")
        past = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
        declared = town(**QUERIED | {"snapshots": {"control": {"every": "hour", "start": past}}})
        result = materialized(definitions(declared))
        assert result.success
        made = {
            event.step_materialization_data.materialization.asset_key.path[-1]: (
                event.step_materialization_data.materialization.metadata
            )
            for event in result.get_asset_materialization_events()
        }
        assert made["control"]["active"].value == 1
        assert made["p_people"]["built"].value == made["control"]["added"].value
        assert made["p_people"]["rows_written"].value == 0
        assert made["b_teams"]["waiting"].value == "none"
        assert all(check.passed for check in result.get_asset_check_evaluations())

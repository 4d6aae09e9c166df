"""The asset graph: every node of each warehouse is written out in `<warehouse>_graph.txt`."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from vault_assets.definitions import defs

LAYERS = ["landing", "batch", "raw", "stage", "staging", "vault", "core", "mart", "report"]
SCHEDULES = {
    "social_schedule": "0 6 * * *",
    "audio_schedule": "30 5 * * *",
    "engagement_schedule": "0 5 * * *",
    "clickstream_schedule": "0 * * * *",
    "clickstream_maintenance_schedule": "30 2 * * *",
    "commerce_maintenance_schedule": "30 2 * * *",
    "commerce_schedule": "15 6 * * *",
}
ABOUT = {
    "social": ("team:community", "social"),
    "audio": ("team:music", "audio"),
    "engagement": ("team:insights", "engagement"),
    "clickstream": ("team:shop", "clickstream"),
    "commerce": ("team:shop", "commerce"),
}
"""Owner and domain of each warehouse."""
STAGED = {"clickstream": "batch"}
"""Where sources are staged, if not in `stage`."""


@pytest.fixture(scope="module")
def repository() -> dg.RepositoryDefinition:
    return defs().get_repository_def()


@pytest.fixture(scope="module")
def graph(repository: dg.RepositoryDefinition) -> AssetGraph:
    return repository.asset_graph


def kind(key: dg.AssetKey) -> str:
    """Return `stage` or `mart`, whatever the layer is called; `landing`, `vault`, `report`."""
    warehouse, layer, _ = key.path
    if layer in {"landing", "vault", "report"}:
        return layer
    return "stage" if layer == STAGED.get(warehouse, "stage") else "mart"


def drawn(graph: AssetGraph, warehouse: str) -> str:
    """Return a paragraph per asset of a warehouse, sorted by layer and key."""
    found = (key for key in graph.get_all_asset_keys() if key.path[0] == warehouse)
    keys = sorted(found, key=lambda key: (LAYERS.index(key.path[1]), key))
    return "\n\n".join("\n".join(_paragraph(graph, key)) for key in keys) + "\n"


def _paragraph(graph: AssetGraph, key: dg.AssetKey) -> list[str]:
    node = graph.get(key)
    specs = [graph.get_check_spec(c) for c in graph.asset_check_keys if c.asset_key == key]
    lines = {
        "group": [node.group_name],
        "kinds": sorted(node.kinds),
        "owners": node.owners,
        "from": sorted(parent.to_user_string() for parent in node.parent_keys),
        "blocking checks": sorted(spec.name for spec in specs if spec.blocking),
        "other checks": sorted(spec.name for spec in specs if not spec.blocking),
    }
    told = [f"  {name}: {', '.join(values)}" for name, values in lines.items() if values]
    return [key.to_user_string(), *told]


@pytest.mark.parametrize("warehouse", ABOUT)
def test_the_graph_is_the_one_that_is_written_out(
    graph: AssetGraph, tmp_path: Path, warehouse: str
) -> None:
    golden = Path(__file__).parent / f"{warehouse}_graph.txt"
    now = drawn(graph, warehouse)
    (tmp_path / golden.name).write_text(now)
    assert now == golden.read_text(), f"if this is meant, take {tmp_path / golden.name}"


def test_every_asset_is_described_and_owned(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        owner, domain = ABOUT[key.path[0]]
        assert node.owners == [owner]
        assert node.tags["domain"] == domain
        assert node.metadata["dagster/code_references"]


def test_every_check_says_what_it_means(graph: AssetGraph) -> None:
    for key in graph.asset_check_keys:
        assert graph.get_check_spec(key).description, key


def test_every_table_tells_its_name_and_where_each_column_comes_from(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        warehouse, layer, table = key.path
        metadata = graph.get(key).metadata
        if layer not in {"landing", "report"}:
            assert metadata["dagster/table_name"] == f"{warehouse}.{layer}.{table}"
            assert table == "model_runs" or metadata["dagster/column_lineage"].deps_by_column, key


def test_columns_are_known_before_the_first_run(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        if kind(key) in {"landing", "stage", "vault"}:
            columns = graph.get(key).metadata["dagster/column_schema"].columns
            assert columns, key
            assert all(column.type for column in columns), key


def test_lineage_names_only_columns_of_assets_in_the_graph(graph: AssetGraph) -> None:
    known = graph.get_all_asset_keys()
    for key in known:
        lineage = graph.get(key).metadata.get("dagster/column_lineage")
        for deps in lineage.deps_by_column.values() if lineage else ():
            for dep in deps:
                assert dep.asset_key in known, (key, dep)
                assert dep.asset_key in graph.get_ancestor_asset_keys(key), (key, dep)


def test_marts_go_stale(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert (node.freshness_policy is not None) == ("sql" in node.kinds), key


def test_a_killed_run_can_leave_no_slot_behind(graph: AssetGraph) -> None:
    assert not {pool for key in graph.get_all_asset_keys() for pool in graph.get(key).pools or ()}


def test_each_warehouse_has_a_job_a_schedule_and_a_sensor(
    repository: dg.RepositoryDefinition,
) -> None:
    everything = repository.asset_graph.get_all_asset_keys()
    for warehouse in ABOUT:
        job = repository.get_job(warehouse)
        assert job.executor_def.name == "in_process"
        own = {key for key in everything if key.path[0] == warehouse}
        assert set(job.asset_layer.executable_asset_keys) == own
        assert job.description
    schedules = {each.name: each.cron_schedule for each in repository.schedule_defs}
    assert schedules == SCHEDULES
    for schedule in repository.schedule_defs:
        assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    sensors = {sensor.name for sensor in repository.sensor_defs}
    assert sensors == {*(f"{name}_objects" for name in ABOUT), "alerts"}
    for sensor in repository.sensor_defs:
        assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
        assert sensor.description

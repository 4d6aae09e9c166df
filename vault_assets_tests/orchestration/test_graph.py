"""The asset graph of `social`: every node, written out in `social_graph.txt`."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from vault_assets.definitions import defs

GOLDEN = Path(__file__).parent / "social_graph.txt"
GROUPS = ["social_landing", "social_stage", "social_vault", "social_mart", "social_report"]


@pytest.fixture(scope="module")
def repository() -> dg.RepositoryDefinition:
    return defs().get_repository_def()


@pytest.fixture(scope="module")
def graph(repository: dg.RepositoryDefinition) -> AssetGraph:
    return repository.asset_graph


def drawn(graph: AssetGraph) -> str:
    """Return a paragraph per asset, sorted by group and key."""
    keys = sorted(graph.get_all_asset_keys(), key=lambda key: (_place(graph, key), key))
    return "\n\n".join("\n".join(_paragraph(graph, key)) for key in keys) + "\n"


def _place(graph: AssetGraph, key: dg.AssetKey) -> int:
    return GROUPS.index(graph.get(key).group_name)


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


def test_the_graph_is_the_one_that_is_written_out(graph: AssetGraph, tmp_path: Path) -> None:
    now = drawn(graph)
    (tmp_path / GOLDEN.name).write_text(now)
    assert now == GOLDEN.read_text(), f"if this is meant, take {tmp_path / GOLDEN.name}"


def test_every_asset_is_described_and_owned(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.owners == ["team:community"]
        assert node.tags["domain"] == "social"
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
            assert metadata["dagster/column_lineage"].deps_by_column, key


def test_columns_are_known_before_the_first_run(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        if key.path[1] in {"landing", "stage", "vault"}:
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


def test_marts_go_stale_after_26_hours(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        policy = graph.get(key).freshness_policy
        assert (policy is not None) == (key.path[1] == "mart"), key


def test_a_killed_run_can_leave_no_slot_behind(graph: AssetGraph) -> None:
    assert not {pool for key in graph.get_all_asset_keys() for pool in graph.get(key).pools or ()}


def test_one_job_one_schedule_and_two_sensors(repository: dg.RepositoryDefinition) -> None:
    social = repository.get_job("social")
    assert social.executor_def.name == "in_process"
    everything = repository.asset_graph.get_all_asset_keys()
    assert set(social.asset_layer.executable_asset_keys) == everything
    assert social.description
    (schedule,) = repository.schedule_defs
    assert (schedule.name, schedule.cron_schedule) == ("social_schedule", "0 6 * * *")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert {sensor.name for sensor in repository.sensor_defs} == {"social_objects", "alerts"}
    for sensor in repository.sensor_defs:
        assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
        assert sensor.description

"""Assets of a warehouse with layers of its own: keys, dependencies, lineage, runs."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vault_assets.cli.reading_only import refuse_all_but_reading
from vault_assets.cli.running import partition_config
from vault_assets.model import Warehouse
from vault_assets_tests.loading.layered_towns import CLICKS, EVENTS, clicks, shop
from vault_assets_tests.orchestration.towns import definitions, materialized
from vault_assets_tests.places import single_process_place


def served() -> Warehouse:
    files = {"objects": ["clicks/*.csv"], "delivery": "delta", "columns": EVENTS}
    return clicks(sources={"events": files})


def key(text: str) -> dg.AssetKey:
    return dg.AssetKey(text.split("/"))


def parents(graph: Any, name: str) -> set[str]:
    return {parent.to_user_string() for parent in graph.get(key(name)).parent_keys}


def test_keys_groups_and_dependencies_have_the_layers() -> None:
    graph = definitions(clicks()).resolve_asset_graph()
    assert parents(graph, "clicks/batch/events") == {"clicks/landing/events"}
    assert parents(graph, "clicks/raw/events") == {"clicks/batch/events"}
    assert parents(graph, "clicks/stage/sessions") == {"clicks/raw/events"}
    assert graph.get(key("clicks/raw/events")).group_name == "clicks_raw"
    graph = definitions(shop()).resolve_asset_graph()
    assert parents(graph, "shop/vault/h_people") == {"shop/staging/people"}
    assert parents(graph, "shop/core/people") == {"shop/vault/h_people", "shop/staging/stg_people"}
    metadata = graph.get(key("shop/core/people")).metadata
    assert metadata["dagster/table_name"] == "shop.core.people"
    lineage = metadata["dagster/column_lineage"].deps_by_column["city"]
    assert [dep.asset_key.to_user_string() for dep in lineage] == ["shop/staging/stg_people"]


def test_partitions_are_given_to_marts_of_any_layer_and_to_no_stage() -> None:
    marts = {name: dict(mart) for name, mart in CLICKS["marts"].items()}
    marts["hours"]["layer"] = "stage"
    keys = [key("clicks/batch/events"), key("clicks/raw/events"), key("clicks/stage/hours")]
    config = partition_config({"clicks": clicks(marts=marts)}, keys, "all")
    assert list(config["ops"]) == ["clicks__stage__hours"]


@pytest.mark.slow
def test_a_run_fills_the_layers_and_one_table_is_run_by_its_key(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    with single_process_place(tmp_path) as place:
        place.store.put("clicks/1.csv", b"event,session,at\na,s,2024-05-01 09:10:00\n")
        found = definitions(served())
        assert materialized(found).success
        assert place.rows("from stage.sessions", "clicks") == [("s", 1)]
        place.store.put("clicks/2.csv", b"event,session,at\nb,s,2024-05-01 09:20:00\n")
        some = [key("clicks/landing/events"), key("clicks/batch/events"), key("clicks/raw/events")]
        assert materialized(found, assets=some).success
        assert place.rows("select count(*) from raw.events", "clicks") == [(2,)]
        assert place.rows("from stage.sessions", "clicks") == [("s", 1)]
        with place.lake("clicks") as lake:
            refuse_all_but_reading(lake.connection(), "from raw.since('2024-05-01')")

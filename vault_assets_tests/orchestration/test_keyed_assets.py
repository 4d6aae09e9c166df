"""Marts by key as assets: a run builds the keys that changed, `all` builds all of them."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vault_assets.cli.running import partition_config
from vault_assets.errors import VaultAssetsError
from vault_assets.model import Warehouse
from vault_assets_tests.loading.keyed_towns import VISITS, visits_town
from vault_assets_tests.orchestration.towns import QUIET, definitions
from vault_assets_tests.places import Place, single_process_place

HEADER = b"session,page,seconds,seen\n"
KEYED = dg.AssetKey(["test", "mart", "sessions"])
DAYS = dg.AssetKey(["test", "mart", "days"])


def visits() -> Warehouse:
    declared = visits_town().model_dump(by_alias=True, exclude_unset=True)
    files = {"objects": ["test/visits/*.csv"], "delivery": "delta", "columns": VISITS}
    return Warehouse.model_validate(declared | {"sources": {"visits": files}})


def run(config: dict[str, Any] | None = None, **options: Any) -> dict[str, dict[str, Any]]:
    """Run the warehouse's job; return the metadata of its marts."""
    job = definitions(visits()).resolve_job_def("test")
    result = job.execute_in_process(
        run_config={**QUIET, **(config or {})}, raise_on_error=False, **options
    )
    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())
    events = result.get_asset_materialization_events()
    made = [event.step_materialization_data.materialization for event in events]
    return {item.asset_key.path[-1]: dict(item.metadata) for item in made}


def keys(made: dict[str, dict[str, Any]], name: str) -> int:
    return made[name]["keys_built"].value


def equals_whole(place: Place, name: str) -> None:
    """Compare a mart with its twin that is built whole."""
    ours, whole = (f"from mart.{table} order by all" for table in (name, f"whole_{name}"))
    assert place.rows(ours, "test") == place.rows(whole, "test")


@pytest.mark.slow
def test_a_run_rebuilds_the_keys_that_changed_and_all_when_asked(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    with single_process_place(tmp_path) as place:
        first = HEADER + b"s,home,2,2024-05-01 09:00:00\nt,help,4,2024-05-02 09:00:00\n"
        place.store.put("test/visits/1.csv", first)
        assert keys(run(), "sessions") == 2
        place.store.put("test/visits/2.csv", HEADER + b"s,shop,3,2024-05-01 10:00:00\n")
        second = run()
        assert (keys(second, "sessions"), second["sessions"]["rows_written"].value) == (1, 1)
        assert second["sessions"]["dagster/row_count"].value == 2
        assert keys(second, "long") == 1
        for name in ("sessions", "pages", "long", "days", "busy"):
            equals_whole(place, name)
        assert keys(run(), "sessions") == 0
        config = partition_config({"test": visits()}, [KEYED], "all")
        assert keys(run(config, asset_selection=[KEYED]), "sessions") == 2


def test_the_check_of_keys_belongs_to_the_asset() -> None:
    graph = definitions(visits()).resolve_asset_graph()
    names = {check.name for check in graph.asset_check_keys if check.asset_key == KEYED}
    assert names == {"only_changed_keys", "key_unique"}


def test_times_are_given_to_marts_by_partition_only() -> None:
    warehouses = {"test": visits()}
    config = partition_config(warehouses, [KEYED, DAYS], "2024-05-01")
    assert list(config["ops"]) == ["test__mart__days"]
    assert len(partition_config(warehouses, [KEYED, DAYS], "all")["ops"]) == 2
    with pytest.raises(VaultAssetsError, match="no selected asset is a mart by partition"):
        partition_config(warehouses, [KEYED], "2024-05-01")

"""Marts by partition as assets: a run without a key builds what changed, a given range its days."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vault_assets.cli.running import partition_config
from vault_assets.errors import DeclarationError, VaultAssetsError
from vault_assets.model import Warehouse
from vault_assets_tests.loading.partitioned_towns import DEEDS, deeds_town
from vault_assets_tests.orchestration.towns import QUIET, definitions
from vault_assets_tests.places import Place, single_process_place

DEED_FILES = {"objects": ["test/deeds/*.csv"], "delivery": "delta", "columns": DEEDS}
WEEKLY = "select max(hours) as most from mart.daily_total"


def deeds() -> Warehouse:
    declared = deeds_town().model_dump(by_alias=True, exclude_unset=True)
    declared["sources"]["deeds"] = DEED_FILES
    declared["marts"]["daily"]["export"] = {"key": "out/day={done_on}/daily.csv"}
    declared["marts"]["daily"]["layout"] = {"partition_by": "month(done_on)", "sort_by": "person"}
    declared["marts"]["most"] = {"sql": WEEKLY}
    declared["marts"]["since"] = {
        "kind": "view",
        "sql": "select * from mart.daily where done_on >= $day",
        "parameters": {"day": {"type": "date"}},
    }
    return Warehouse.model_validate(declared)


@pytest.fixture
def folder_place(tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "landing").mkdir()
    with single_process_place(tmp_path) as found:
        yield found


def run(config: dict[str, Any] | None = None, **options: Any) -> dict[str, dict[str, Any]]:
    """Run the warehouse's job; return the metadata of its marts."""
    job = definitions(deeds()).resolve_job_def("test")
    result = job.execute_in_process(
        run_config={**QUIET, **(config or {})}, raise_on_error=False, **options
    )
    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())
    events = result.get_asset_materialization_events()
    made = [event.step_materialization_data.materialization for event in events]
    return {item.asset_key.path[-1]: dict(item.metadata) for item in made}


def built(made: dict[str, dict[str, Any]], name: str) -> int:
    return made[name]["partitions_built"].value


@pytest.mark.slow
def test_a_run_rebuilds_the_days_that_changed_and_a_range_when_asked(folder_place: Place) -> None:
    folder_place.store.put(
        "test/deeds/1.csv",
        b"person,done_at,hours\nann,2024-05-01 09:00:00,2\nbob,2024-05-02 09:00:00,3\n",
    )
    first = run()
    assert (built(first, "daily"), built(first, "daily_total")) == (2, 2)
    folder_place.store.put("test/deeds/2.csv", b"person,done_at,hours\nann,2024-05-01 10:00:00,5\n")
    second = run()
    assert (built(second, "daily"), built(second, "daily_total")) == (1, 1)
    assert second["daily"]["dagster/row_count"].value == 2
    (days,) = [value for name, value in second["daily"].items() if name.startswith("newest_")]
    assert [record.data for record in days.records] == [
        {"partition": "2024-05-02", "rows": 1, "built": False},
        {"partition": "2024-05-01", "rows": 1, "built": True},
    ]
    keys = [dg.AssetKey(["test", "mart", name]) for name in ("daily", "daily_total", "most")]
    config = partition_config({"test": deeds()}, keys, "2024-05-01...2024-05-31")
    third = run(config, asset_selection=keys)
    assert (built(third, "daily"), built(third, "daily_total")) == (31, 31)
    assert folder_place.rows("select most from mart.most", "test") == [(7,)]
    last = run()
    assert built(last, "daily") == 0
    assert "dagster/row_count" not in last["since"]
    columns = last["since"]["dagster/column_schema"].value.columns
    assert [column.name for column in columns] == ["done_on", "person", "hours"]
    assert folder_place.rows("select count(*) from mart.since('2024-05-02')", "test") == [(1,)]


def test_the_check_of_partitions_belongs_to_the_asset() -> None:
    graph = definitions(deeds()).resolve_asset_graph()
    names = {check.name for check in graph.asset_check_keys if check.asset_key.path[-1] == "daily"}
    assert names == {"only_changed_partitions", "key_unique", "export_equals"}


def test_partitions_are_refused_where_there_are_none() -> None:
    most, daily = (dg.AssetKey(["test", "mart", name]) for name in ("most", "daily"))
    with pytest.raises(VaultAssetsError, match="no selected asset is a mart by partition"):
        partition_config({"test": deeds()}, [most], "all")
    with pytest.raises(DeclarationError, match="names no days"):
        partition_config({"test": deeds()}, [daily], "yesterday")


@pytest.mark.slow
def test_days_that_changed_are_exported_to_s3(place: Place, tmp_path: Path) -> None:
    place.store.put(
        "test/deeds/1.csv",
        b"person,done_at,hours\nann,2024-05-01 09:00:00,2\nbob,2024-05-02 09:00:00,3\n",
    )
    first = run()
    assert [record.data["rows"] for record in first["daily"]["exports"].records] == [1, 1]
    place.store.put("test/deeds/2.csv", b"person,done_at,hours\nann,2024-05-01 10:00:00,5\n")
    second = run()
    assert [record.data for record in second["daily"]["exports"].records] == [
        {"key": "out/day=2024-05-01/daily.csv", "rows": 1, "bytes": 38}
    ]
    item = place.store.head("out/day=2024-05-01/daily.csv")
    place.store.download(item, tmp_path / "back.csv")
    assert (tmp_path / "back.csv").read_text() == "done_on,person,hours\n2024-05-01,ann,7\n"

"""The whole graph of `social` through Dagster on real servers: counters, metadata, second run."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vault_assets.definitions import defs
from vault_assets.samples import social
from vault_assets_tests.places import Place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
STORED = {"stage", "vault", "mart"}
EMPTY = ("inserted", "loaded", "rows_written", "new_batches")


class Ran:
    """A finished run and its materializations."""

    def __init__(self, result: dg.ExecuteInProcessResult) -> None:
        self.success = result.success
        self.metadata: dict[str, dict[str, Any]] = {}
        for event in result.get_asset_materialization_events():
            made = event.step_materialization_data.materialization
            self.metadata[made.asset_key.to_user_string()] = dict(made.metadata)
        self.failing = {
            f"{check.asset_key.to_user_string()}:{check.check_name}"
            for check in result.get_asset_check_evaluations()
            if not check.passed
        }
        self.checked = len(result.get_asset_check_evaluations())

    def number(self, asset: str, name: str) -> int:
        return self.metadata[asset][name].value


@pytest.fixture(scope="module")
def runs(module_place: Place, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Ran]:
    folder = tmp_path_factory.mktemp("files")
    for path in social.generate(folder, scale=0.002):
        module_place.store.put(path.relative_to(folder).as_posix(), path)
    job = defs().resolve_job_def("social")
    return tuple(  # pyright: ignore[reportReturnType]
        Ran(job.execute_in_process(run_config=QUIET, raise_on_error=False)) for _ in range(2)
    )


def test_the_whole_graph_succeeds_with_every_check_evaluated(runs: tuple[Ran, Ran]) -> None:
    graph = defs().get_repository_def().asset_graph
    for ran in runs:
        assert ran.success
        keys = {key for key in graph.get_all_asset_keys() if key.path[0] == "social"}
        assert set(ran.metadata) == {key.to_user_string() for key in keys}
        assert ran.checked == len([c for c in graph.asset_check_keys if c.asset_key in keys])


def test_records_are_loaded_or_quarantined(runs: tuple[Ran, Ran]) -> None:
    first, _ = runs
    for table in social.TABLES:
        stage = f"social/stage/{table}"
        loaded, refused = first.number(stage, "loaded"), first.number(stage, "quarantined")
        assert first.number(stage, "records") == loaded + refused > 0
        assert first.number(f"social/landing/{table}", "new_batches") == 1


def test_a_second_run_inserts_nothing_anywhere(runs: tuple[Ran, Ran]) -> None:
    _, second = runs
    found = {
        (asset, name): second.number(asset, name)
        for asset, metadata in second.metadata.items()
        for name in EMPTY
        if name in metadata
    }
    assert len(found) > 20
    assert not {place: rows for place, rows in found.items() if rows}


def test_the_row_count_is_that_of_the_table_also_after_a_run_without_news(
    runs: tuple[Ran, Ran], module_place: Place
) -> None:
    tables = [asset for asset in runs[1].metadata if asset.split("/")[1] in STORED]
    counts = " union all ".join(
        f"select '{asset}', count(*) from {'.'.join(asset.split('/')[1:])}" for asset in tables
    )
    for asset, rows in module_place.rows(counts):
        assert [ran.number(asset, "dagster/row_count") for ran in runs] == [rows, rows], asset


def test_metadata_shows_sql_batches_and_columns(runs: tuple[Ran, Ran]) -> None:
    for asset, metadata in runs[0].metadata.items():
        layer = asset.split("/")[1]
        if layer in STORED:
            assert metadata["sql"].value.startswith("```sql\n"), asset
            assert "insert into" in metadata["sql"].value, asset
        if layer in {"stage", "vault"}:
            assert metadata["batches"].value, asset
        if layer == "mart":
            columns = metadata["dagster/column_schema"].value.columns
            assert all(column.type and column.description for column in columns), asset


def test_no_secret_is_in_any_metadata(runs: tuple[Ran, Ran], module_place: Place) -> None:
    secrets = [
        module_place.environment[f"VAULT_ASSETS_{name}"]
        for name in ("CATALOG_PASSWORD", "S3_SECRET")
    ]
    text = str([ran.metadata for ran in runs])
    assert not [secret for secret in secrets if secret in text]


def test_the_report_is_a_file_and_a_chart(runs: tuple[Ran, Ran], module_place: Place) -> None:
    metadata = runs[0].metadata["social/report/conversion"]
    page = Path(metadata["file"].value)
    assert page == module_place.folder / "reports" / "social" / "conversion.md"
    assert page.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    assert metadata["chart"].value.startswith("![Conversion](data:image/png;base64,")
    assert "quarantine" in page.read_text()


def test_only_wrong_rows_of_the_sample_are_told(runs: tuple[Ran, Ran]) -> None:
    first, second = runs
    assert "social/stage/users:quarantined" in first.failing
    blocking = {"reconcile", "pk_unique", "no_repeat", "collision", "key_unique", "one_active"}
    assert not [check for check in first.failing if check.split(":")[1] in blocking]
    assert second.failing <= first.failing

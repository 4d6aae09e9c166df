"""The whole graph of `audio` through Dagster in one process: sample files, two runs."""

from pathlib import Path

import pytest

from vault_assets.definitions import defs
from vault_assets.samples import audio
from vault_assets_tests.places import Place, single_process_place
from vault_assets_tests.shipped import busy_hours

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def ran(place: Place) -> tuple[bool, set[str], dict[str, int]]:
    """Run the job; return whether it succeeded, the failing checks, rows written by table."""
    assert place.folder.is_dir()
    job = defs().resolve_job_def("audio")
    result = job.execute_in_process(run_config=QUIET, raise_on_error=False)
    failing = {
        f"{check.asset_key.path[2]}:{check.check_name}"
        for check in result.get_asset_check_evaluations()
        if not check.passed
    }
    written = {}
    for event in result.get_asset_materialization_events():
        made = event.step_materialization_data.materialization
        rows = made.metadata.get("rows_written") or made.metadata.get("inserted")
        written[made.asset_key.to_user_string()] = rows.value if rows else 0  # type: ignore[union-attr]
    return result.success, failing, written


def test_samples_are_loaded_once_and_a_second_run_adds_nothing(tmp_path: Path) -> None:
    with single_process_place(tmp_path) as place:
        (tmp_path / "landing").mkdir()
        for path in busy_hours(audio.generate(tmp_path / "files", scale=0.0012), 4):
            place.store.put(path.relative_to(tmp_path / "files").as_posix(), path)
        success, failing, written = ran(place)
        assert success
        # Each stream ends with broken lines: they are told, and nothing else fails.
        assert {check for check in failing if "quarantined" not in check} == set()
        graph = defs().get_repository_def().asset_graph
        keys = {key for key in graph.get_all_asset_keys() if key.path[0] == "audio"}
        assert set(written) == {key.to_user_string() for key in keys}
        plays = place.value("select count(*) from mart.mart_song_play", "audio")
        events = "select count(distinct event_id) from stage.listen_events"
        assert plays == place.value(events, "audio") > 0
        success, _, written = ran(place)
        assert success
        vault = {key: rows for key, rows in written.items() if "/vault/" in key}
        assert set(vault.values()) == {0}
        assert place.value("select count(*) from mart.mart_song_play", "audio") == plays

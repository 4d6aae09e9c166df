"""The whole graph of `clickstream` through Dagster on Postgres and S3, with a reader beside it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vault_assets.definitions import defs
from vault_assets.landing.local_folder import LocalFolder
from vault_assets.samples import clickstream
from vault_assets_tests.clickstream.reader import FINGERPRINT
from vault_assets_tests.clickstream.shop import declared, order, shop
from vault_assets_tests.orchestration.test_run import QUIET, Ran
from vault_assets_tests.places import Place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LABELS = [declared().mart_label(name) for name in order()]
VIEWS = {declared().mart_label(n) for n, m in declared().marts.items() if m.kind == "view"}
HOURS, LAST = ("18", "19", "20"), "20"
READER = Path(__file__).with_name("reader.py")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for path in clickstream.generate(folder, scale=0.01, broken=False):
        if hour(path) not in HOURS:
            path.unlink()
    return folder


def hour(path: Path) -> str:
    return path.parent.name.removeprefix("hour=")


def land(place: Place, files: Path, *, last: bool) -> None:
    """Put the objects of the last hour, or those before."""
    for path in sorted(files.rglob("*.jsonl*")):
        if (hour(path) == LAST) == last:
            place.store.put(path.relative_to(files).as_posix(), path)


def run() -> Ran:
    job = defs().resolve_job_def("clickstream")
    return Ran(job.execute_in_process(run_config=QUIET, raise_on_error=False))


def fingerprints(place: Place) -> dict[str, str]:
    return {label: place.value(FINGERPRINT.format(label), "clickstream") for label in LABELS}


@contextmanager
def reading(place: Place, told: dict[str, Any]) -> Iterator[None]:
    """Let a reader loop in a process of its own; what it saw is in `told` afterwards."""
    stop = place.folder / "stop"
    command = [sys.executable, str(READER), str(stop), *LABELS]
    with subprocess.Popen(
        command,
        env=place.environment | {"PYTHONPATH": ":".join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "reading\n"
            yield
            stop.touch()
            out, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors
            told |= json.loads(out)
        finally:
            process.kill()


def test_a_refresh_is_seen_table_by_table_and_never_half(
    module_place: Place, files: Path, tmp_path: Path
) -> None:
    land(module_place, files, last=False)
    first = run()
    assert first.success
    graph = defs().get_repository_def().asset_graph
    keys = {key for key in graph.get_all_asset_keys() if key.path[0] == "clickstream"}
    assert set(first.metadata) == {key.to_user_string() for key in keys}
    assert first.checked == len([c for c in graph.asset_check_keys if c.asset_key in keys])
    before = fingerprints(module_place)

    land(module_place, files, last=True)
    told: dict[str, Any] = {}
    with reading(module_place, told):
        second = run()
    assert second.success
    after = fingerprints(module_place)
    assert told["rounds"] > 1
    # Views show several tables, which may be one refresh apart.
    for label in set(LABELS) - VIEWS:
        assert set(told["seen"][label]) <= {before[label], after[label]}, label
    changed = [label for label in LABELS if before[label] != after[label]]
    assert {"raw.browser_events", "stage.transitions", "mart.products_paid"} <= set(changed)

    allowed = {"copies_agree", "fresh"}
    for ran in (first, second):
        assert {check.partition(":")[2] for check in ran.failing} <= allowed
    distribution = "clickstream/mart/events_distribution_hourly"
    hours = second.number(distribution, "partitions_built")
    assert 0 < hours < second.number(distribution, "partitions_stored")
    assert fresh_build(files, tmp_path) == after


def fresh_build(files: Path, folder: Path) -> dict[str, str]:
    """Return what a lake in memory has that loads all files at once."""
    with shop(folder) as once:
        once.folder.mkdir()
        for path in sorted(files.rglob("*.jsonl*")):
            LocalFolder(once.folder).put(path.relative_to(files).as_posix(), path)
        once.run()
        assert set(once.failed()) <= {"copies_agree"}
        return {label: once.query(FINGERPRINT.format(label))[0][0] for label in LABELS}


def test_maintenance_shows_what_it_did_and_changes_no_table(module_place: Place) -> None:
    before = fingerprints(module_place)
    job = defs().resolve_job_def("clickstream_maintenance")
    result = job.execute_in_process(run_config=QUIET, raise_on_error=False)
    assert result.success
    (event,) = result.get_step_success_events()
    outputs = [e for e in result.all_events if e.event_type_value == "STEP_OUTPUT"]
    metadata = outputs[0].step_output_data.metadata
    numbers: dict[str, Any] = {name: value.value for name, value in metadata.items()}
    assert event.step_key == "maintain_clickstream"
    assert numbers["files_before"] > numbers["files_after"] > 0
    assert numbers["bytes_before"] > numbers["bytes_after"] > 0
    assert fingerprints(module_place) == before


def test_an_hour_without_objects_succeeds_with_zero_rows(module_place: Place) -> None:
    assert module_place.folder.is_dir()
    job = defs().resolve_job_def("clickstream")
    ops = {
        "clickstream__raw__browser_events": {"config": {"partitions": "2022-12-24T08:00"}},
    }
    result = job.execute_in_process(
        run_config=QUIET | {"ops": ops},
        asset_selection=[dg.AssetKey(["clickstream", "raw", "browser_events"])],
        raise_on_error=False,
    )
    assert result.success
    assert Ran(result).number("clickstream/raw/browser_events", "rows_written") == 0


def test_a_day_is_loaded_by_a_schedule_at_minute_0_and_stale_after_two_hours() -> None:
    repository = defs().get_repository_def()
    schedules = {each.name: each.cron_schedule for each in repository.schedule_defs}
    assert schedules["clickstream_schedule"] == "0 * * * *"
    assert schedules["clickstream_maintenance_schedule"] == "30 2 * * *"
    key = dg.AssetKey(["clickstream", "mart", "products_paid"])
    assert repository.asset_graph.get(key).freshness_policy is not None
    assert repository.has_sensor_def("clickstream_objects")

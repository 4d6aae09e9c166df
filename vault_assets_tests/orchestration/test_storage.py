"""Dagster's history in SQLite files that stay open: what Dagster itself would have written."""

import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster_shared.check import CheckError

from vault_assets.orchestration.storage import OpenEventLogStorage
from vault_assets_tests.orchestration.towns import QUIET

ROOT = Path(__file__).parents[2]
RUNS = """
import sys
import dagster as dg
from vault_assets_tests.orchestration.test_storage import ran
with dg.DagsterInstance.from_config(sys.argv[1]) as instance:
    for _ in range(5):
        assert ran(instance).success
"""


@dg.asset(check_specs=[dg.AssetCheckSpec("small", asset="one")])
def one() -> Iterator[Any]:
    """An asset with a check."""
    yield dg.MaterializeResult(metadata={"rows": 1})
    yield dg.AssetCheckResult(passed=True, check_name="small")


@dg.asset(deps=["one"])
def other() -> None:
    """An asset that fails."""
    raise dg.Failure("as it should", allow_retries=False)


def ran(instance: dg.DagsterInstance, *, whole: bool = False) -> dg.ExecuteInProcessResult:
    """Materialize an asset, or also the one that fails."""
    assets = [one, other] if whole else [one]
    return dg.materialize(assets, instance=instance, run_config=QUIET, raise_on_error=False)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Dagster home with the configuration that we ship."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    shutil.copy(ROOT / "dagster.yaml", tmp_path)
    return tmp_path


def history(instance: dg.DagsterInstance, run_id: str) -> Counter[tuple[str | None, str]]:
    """Return how often each event of a run is stored, by step and kind."""
    return Counter(
        (entry.step_key, entry.dagster_event_type.value)
        for entry in instance.all_logs(run_id)
        if entry.dagster_event_type
    )


def test_the_shipped_configuration_keeps_history_in_its_home(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert isinstance(instance.event_log_storage, OpenEventLogStorage)
        run_id = ran(instance).run_id
    assert (home / "history" / "runs" / f"{run_id}.db").is_file()
    assert not (home / "history" / "runs" / f"{run_id}.db-wal").exists(), "was not closed"


def test_dagsters_own_storage_reads_the_same_history(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        ours = ran(instance, whole=True).run_id
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        theirs = ran(instance, whole=True).run_id
        assert history(instance, ours) == history(instance, theirs)
        assert len(history(instance, ours)) > 10
        statuses = {run.run_id: run.status for run in instance.get_runs()}
        assert statuses == {ours: dg.DagsterRunStatus.FAILURE, theirs: dg.DagsterRunStatus.FAILURE}
        made = instance.fetch_materializations(dg.AssetKey("one"), limit=10).records
        assert [record.run_id for record in made] == [theirs, ours]
        checks = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(dg.AssetKey("one"), "small"), limit=10
        )
        assert [check.run_id for check in checks] == [theirs, ours]
        failed = instance.fetch_run_status_changes(dg.DagsterEventType.RUN_FAILURE, limit=10)
        assert [record.run_id for record in failed.records] == [theirs, ours]


def test_processes_and_threads_write_at_once(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run = ran(instance).dagster_run
        before = sum(history(instance, run.run_id).values())

        def report() -> None:
            for number in range(50):
                instance.report_engine_event(f"number {number}", run)

        command = [sys.executable, "-c", RUNS, str(home)]
        other_process = subprocess.Popen(command, cwd=ROOT)
        threads = [threading.Thread(target=report) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            assert ran(instance).success
        for thread in threads:
            thread.join()
        assert other_process.wait(60) == 0
        assert sum(history(instance, run.run_id).values()) == before + 200
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.SUCCESS] * 11
        made = instance.fetch_materializations(dg.AssetKey("one"), limit=100).records
        assert len(made) == 11


def test_who_watches_a_run_is_told(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run_id = ran(instance).run_id
        told = threading.Event()
        instance.watch_event_logs(run_id, None, lambda *_: told.set())
        instance.report_engine_event("hello", instance.get_run_by_id(run_id))
        assert told.wait(30)


def test_a_deleted_run_is_gone_and_a_wiped_history_empty(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        first, second = ran(instance).run_id, ran(instance).run_id
        instance.delete_run(first)
        assert [run.run_id for run in instance.get_runs()] == [second]
        assert not history(instance, first)
        instance.event_log_storage.wipe()
        assert not history(instance, second)
        assert ran(instance).success


def test_what_a_run_plans_is_stored_at_once_and_wholly_or_not_at_all(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        storage = instance.event_log_storage
        batches: list[list[dg.EventLogEntry]] = []
        store = storage.store_event_batch
        monkeypatch.setattr(
            storage, "store_event_batch", lambda events: (batches.append(events), store(events))
        )
        run_id = ran(instance).run_id
        planned = next(batch for batch in batches if len(batch) > 1)
        kinds = {event.dagster_event_type for event in planned}
        assert {
            dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
            dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
        } == kinds

        before = history(instance, run_id)
        with pytest.raises(CheckError):
            store([*planned, None])  # pyright: ignore[reportArgumentType]
        assert history(instance, run_id) == before
        checks = storage.get_asset_check_execution_history(
            dg.AssetCheckKey(dg.AssetKey("one"), "small"), limit=10
        )
        assert [check.run_id for check in checks] == [run_id]

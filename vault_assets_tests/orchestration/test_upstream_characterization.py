"""What Dagster does that its public documentation does not promise, and that we lean on.

A failure here after an upgrade names the assumption that no longer holds. All on the default
SQLite storage.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)
from dagster._core.storage.tags import WILL_RETRY_TAG

A, B = dg.AssetKey(["w", "a"]), dg.AssetKey(["w", "b"])
ONE, TWO = dg.AssetCheckKey(A, "one"), dg.AssetCheckKey(B, "two")


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    folder = str(tmp_path_factory.mktemp("dagster"))
    quiet = {"telemetry": {"enabled": False}}
    with dg.DagsterInstance.local_temp(folder, overrides=quiet) as instance:
        yield instance


@pytest.fixture(autouse=True)
def wiped(instance: dg.DagsterInstance) -> None:
    instance.wipe()


def report(instance: dg.DagsterInstance, key: dg.AssetCheckKey, *, passed: bool) -> None:
    evaluation = dg.AssetCheckEvaluation(
        asset_key=key.asset_key, check_name=key.name, passed=passed, metadata={"batch_id": 7}
    )
    instance.report_runless_asset_event(evaluation)


def history(
    instance: dg.DagsterInstance, limit: int = 10, cursor: int | None = None
) -> list[AssetCheckExecutionRecord]:
    storage = instance.event_log_storage
    return list(storage.get_asset_check_execution_history(ONE, limit=limit, cursor=cursor))


def failed_run(instance: dg.DagsterInstance) -> dg.RunRecord:
    @dg.op
    def broken() -> None:
        msg = "no header"
        raise ValueError(msg)

    @dg.job
    def nightly() -> None:
        broken()

    run_id = nightly.execute_in_process(instance=instance, raise_on_error=False).run_id
    return instance.get_run_records(dg.RunsFilter(run_ids=[run_id]))[0]


def test_a_repository_names_its_checks() -> None:
    @dg.asset_check(asset=A)
    def one() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    definitions = dg.Definitions(assets=[dg.AssetSpec(A)], asset_checks=[one])
    assert definitions.get_repository_def().asset_graph.asset_check_keys == {ONE}


def test_a_planned_row_keeps_its_id_when_the_check_is_evaluated(
    instance: dg.DagsterInstance,
) -> None:
    during: list[AssetCheckExecutionRecord] = []

    @dg.asset(key=A, check_specs=[dg.AssetCheckSpec("one", asset=A)])
    def a() -> Iterator[dg.MaterializeResult]:
        during.extend(history(instance))
        yield dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=False)])

    run_id = dg.materialize([a], instance=instance).run_id
    after = history(instance)
    assert [row.id for row in during] == [row.id for row in after]
    assert [row.status for row in during] == [AssetCheckExecutionRecordStatus.PLANNED]
    assert [row.status for row in after] == [AssetCheckExecutionRecordStatus.FAILED]
    assert after[0].run_id == run_id


def test_the_row_of_a_check_that_never_ran_stays_planned(instance: dg.DagsterInstance) -> None:
    @dg.asset(key=A, check_specs=[dg.AssetCheckSpec("one", asset=A)])
    def a():
        raise ValueError

    dg.materialize([a], instance=instance, raise_on_error=False)
    assert [row.status for row in history(instance)] == [AssetCheckExecutionRecordStatus.PLANNED]


def test_the_time_of_a_row_is_when_it_was_inserted_and_of_its_event_when_it_was_evaluated(
    instance: dg.DagsterInstance,
) -> None:
    before = datetime.now(UTC).timestamp()
    report(instance, ONE, passed=False)
    (row,) = history(instance)
    assert row.event is not None
    assert abs(row.create_timestamp - before) < 5
    assert before <= row.event.timestamp < before + 5


def test_a_result_outside_a_run_is_a_row_with_an_empty_run_id(
    instance: dg.DagsterInstance,
) -> None:
    report(instance, ONE, passed=True)
    (row,) = history(instance)
    assert row.status == AssetCheckExecutionRecordStatus.SUCCEEDED
    assert not row.run_id
    assert row.evaluation is not None
    assert row.evaluation.metadata["batch_id"].value == 7


def test_history_comes_newest_first_in_pages_below_a_cursor(instance: dg.DagsterInstance) -> None:
    for _ in range(3):
        report(instance, ONE, passed=True)
    ids = [row.id for row in history(instance)]
    assert ids == sorted(ids, reverse=True)
    assert [row.id for row in history(instance, limit=1, cursor=ids[0])] == ids[1:2]


def test_latest_executions_answer_for_every_pair_of_asset_and_name(
    instance: dg.DagsterInstance,
) -> None:
    crossed = dg.AssetCheckKey(A, "two")
    for key in (ONE, TWO, crossed):
        report(instance, key, passed=True)
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([ONE, TWO])
    assert set(latest) == {ONE, TWO, crossed}
    assert latest[ONE].key == ONE


def test_ids_begin_anew_after_a_wipe(instance: dg.DagsterInstance) -> None:
    report(instance, ONE, passed=True)
    first = history(instance)[0].id
    instance.wipe()
    assert history(instance) == []
    report(instance, ONE, passed=True)
    assert history(instance)[0].id == first


def test_the_public_way_to_read_evaluations_still_fails_on_sqlite(
    instance: dg.DagsterInstance,
) -> None:
    # The reason for reading the history. When this passes, use the public way.
    evaluations = dg.EventRecordsFilter(dg.DagsterEventType.ASSET_CHECK_EVALUATION, after_cursor=1)
    with pytest.raises(Exception, match="cursor"):
        instance.get_event_records(evaluations)


def test_updated_after_is_strict_and_in_utc(instance: dg.DagsterInstance) -> None:
    record = failed_run(instance)

    def found(moment: datetime) -> bool:
        return bool(instance.get_run_records(dg.RunsFilter(updated_after=moment)))

    assert not found(record.update_timestamp)
    assert found(record.update_timestamp - timedelta(microseconds=1))
    assert record.update_timestamp.utcoffset() == timedelta(0)


def test_a_tag_updates_a_run_but_not_its_end(instance: dg.DagsterInstance) -> None:
    before = failed_run(instance)
    run_id = before.dagster_run.run_id
    instance.add_run_tags(run_id, {"owner": "x"})
    (after,) = instance.get_run_records(dg.RunsFilter(run_ids=[run_id]))
    assert after.update_timestamp > before.update_timestamp
    assert after.end_time == before.end_time


def test_run_ids_are_found_by_status(instance: dg.DagsterInstance) -> None:
    run_id = failed_run(instance).dagster_run.run_id
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE])
    assert list(instance.get_run_ids(failed)) == [run_id]


def test_a_failed_step_carries_the_error_of_the_user_as_its_last_cause(
    instance: dg.DagsterInstance,
) -> None:
    record = failed_run(instance)
    kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}
    found = instance.get_records_for_run(record.dagster_run.run_id, of_type=kinds, limit=4)
    events = [entry.event_log_entry.dagster_event for entry in found.records]
    assert [event.step_key for event in events if event] == ["broken", None]
    assert events[0] is not None
    error = events[0].step_failure_data.error
    assert error is not None
    assert error.cause is not None
    assert error.cause.message.strip() == "ValueError: no header"


def test_a_run_that_dagster_starts_again_has_a_tag() -> None:
    assert WILL_RETRY_TAG == "dagster/will_retry"


def test_a_sensor_and_a_run_of_a_process_know_no_code_location(
    instance: dg.DagsterInstance,
) -> None:
    assert dg.build_sensor_context(instance).code_location_origin is None
    assert failed_run(instance).dagster_run.remote_job_origin is None

import json
import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Any

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.test_utils import create_run_for_test
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from vault_assets.errors import SettingsError
from vault_assets.orchestration import alerts
from vault_assets.orchestration.alerts import alert_sensor

WARN, ERROR = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR
USERS = dg.AssetKey(["social", "vault", "h_users"])
GROUPS = dg.AssetKey(["social", "vault", "h_groups"])
ROWS = dg.MetadataValue.table([dg.TableRecord({"user_id": n, "name": f"n{n}"}) for n in range(9)])
QUIET = {"telemetry": {"enabled": False}}
DETAILS = {"rows": ROWS, "batch_id": 17, "object_key": "social/users/a.csv", "failed_rows": 9}


class World:
    """One asset with toggled checks; what its check and its body do is set by a test."""

    def __init__(self) -> None:
        self.passed = True
        self.severity = ERROR
        self.description = "keys are doubled"
        self.error: Exception | None = None
        self.before_check: Callable[[dg.AssetExecutionContext], bool | None] = lambda _: None
        names = ["complete", *(f"extra_{n}" for n in range(60))]

        @dg.asset(
            key=USERS,
            check_specs=[dg.AssetCheckSpec("unique_key", asset=USERS)],
        )
        def h_users(context: dg.AssetExecutionContext) -> Iterator[Any]:
            if self.error:
                raise self.error
            passed = self.before_check(context)
            yield dg.MaterializeResult(USERS)
            yield dg.AssetCheckResult(
                asset_key=USERS,
                check_name="unique_key",
                passed=self.passed if passed is None else passed,
                severity=self.severity,
                description=self.description,
                metadata=DETAILS,
            )

        @dg.multi_asset_check(specs=[dg.AssetCheckSpec(name, asset=GROUPS) for name in names])
        def others() -> Iterator[dg.AssetCheckResult]:
            yield from ()

        self.repository = dg.Definitions(
            assets=[h_users, dg.AssetSpec(GROUPS)],
            asset_checks=[others],
            jobs=[dg.define_asset_job("nightly", [USERS], executor_def=dg.in_process_executor)],
        ).get_repository_def()


class Sensor:
    """The sensor with its cursor, as the daemon would keep it."""

    def __init__(self, world: World, instance: dg.DagsterInstance, **options: Any) -> None:
        self.world, self.instance, self.options = world, instance, options
        self.cursor: str | None = None

    def tick(self) -> str:
        context = dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, repository_def=self.world.repository
        )
        result = alert_sensor(**self.options)(context)
        assert isinstance(result, dg.SkipReason)
        self.cursor = context.cursor
        return result.skip_message or ""


class Hook:
    """A webhook that keeps what it took; it can be dead."""

    def __init__(self, server: HTTPServer, path: str) -> None:
        self.taken: list[dict[str, str]] = []
        self.asked = 0
        self.dead = False
        self.url = f"json://{server.host}:{server.port}{path}"
        server.expect_request(path, method="POST").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        self.asked += 1
        if self.dead:
            return Response(status=503)
        self.taken.append(json.loads(request.data))
        return Response(status=200)

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.taken]

    @property
    def text(self) -> str:
        return self.taken[-1]["message"]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def empty_storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty_storage")
    with dg.DagsterInstance.local_temp(str(folder), overrides=QUIET) as instance:
        instance.event_log_storage.get_latest_asset_check_execution_by_key([])
        instance.get_run_records()
    return folder


@pytest.fixture
def instance(empty_storage: Path, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    # To copy the empty tables is far quicker than to let Dagster create them for each test.
    folder = shutil.copytree(empty_storage, tmp_path / "dagster")
    with dg.DagsterInstance.local_temp(str(folder), overrides=QUIET) as instance:
        yield instance


@pytest.fixture
def hook(httpserver: HTTPServer) -> Hook:
    return Hook(httpserver, "/hook")


@pytest.fixture
def sensor(world: World, instance: dg.DagsterInstance, hook: Hook) -> Sensor:
    sensor = Sensor(world, instance, urls=lambda: [hook.url], secrets=list)
    sensor.tick()
    return sensor


def run(sensor: Sensor, job: str = "nightly", **options: Any) -> dg.ExecuteInProcessResult:
    return sensor.world.repository.get_job(job).execute_in_process(
        instance=sensor.instance, raise_on_error=False, **options
    )


def report(sensor: Sensor, name: str, *, passed: bool, **more: Any) -> None:
    sensor.instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(asset_key=GROUPS, check_name=name, passed=passed, **more)
    )


def test_a_check_that_breaks_is_told_once_and_its_recovery_once(
    sensor: Sensor, world: World, hook: Hook
) -> None:
    run(sensor)
    sensor.tick()
    assert hook.taken == []
    world.passed = False
    for _ in range(2):
        run(sensor)
        sensor.tick()
        sensor.tick()
    assert hook.titles == ["FAILING (ERROR): social/vault/h_users, check unique_key"]
    world.passed = True
    run(sensor)
    sensor.tick()
    sensor.tick()
    assert hook.titles[1:] == ["RECOVERED: social/vault/h_users, check unique_key"]
    assert [message["type"] for message in hook.taken] == ["failure", "success"]


def test_a_message_says_which_rows_of_which_file_in_which_run(
    sensor: Sensor, world: World, hook: Hook
) -> None:
    world.passed = False
    run_id = run(sensor).run_id
    sensor.tick()
    for part in [
        "keys are doubled",
        "failed rows: 9",
        "batch: 17",
        "file: social/users/a.csv",
        "user_id=4, name=n4",
        f"run {run_id}",
        " UTC",
    ]:
        assert part in hook.text
    assert "user_id=5" not in hook.text


def test_sample_rows_can_be_kept_in_the_house(sensor: Sensor, world: World, hook: Hook) -> None:
    sensor.options["sample_rows"] = 0
    world.passed = False
    run(sensor)
    sensor.tick()
    assert "batch: 17" in hook.text
    assert "user_id" not in hook.text


@pytest.mark.parametrize(
    "rows", [[{"user_id": 1, "name": None}], "user_id=1, name=null", {"user_id": 1}]
)
def test_sample_rows_are_read_from_json_and_text_too(sensor: Sensor, hook: Hook, rows: Any) -> None:
    report(sensor, "complete", passed=False, metadata={"rows": rows})
    sensor.tick()
    assert "user_id" in hook.text


def test_a_dead_endpoint_is_asked_again_and_told_once(
    sensor: Sensor, world: World, hook: Hook
) -> None:
    hook.dead = True
    world.passed = False
    run(sensor)
    sensor.tick()
    sensor.tick()
    assert (hook.asked, hook.taken) == (2, [])
    hook.dead = False
    sensor.tick()
    sensor.tick()
    assert len(hook.taken) == 1


def test_nobody_hears_a_thing_twice_because_another_endpoint_is_dead(
    sensor: Sensor, world: World, hook: Hook, httpserver: HTTPServer
) -> None:
    other = Hook(httpserver, "/other")
    other.dead = True
    sensor.options["urls"] = lambda: [hook.url, "json://127.0.0.1:1/", other.url]
    world.passed = False
    run(sensor)
    sensor.tick()
    sensor.tick()
    other.dead = False
    sensor.tick()
    sensor.tick()
    assert (
        hook.titles == other.titles == ["FAILING (ERROR): social/vault/h_users, check unique_key"]
    )


def test_a_failure_that_is_over_before_the_tick_is_told_all_the_same(
    sensor: Sensor, world: World, hook: Hook
) -> None:
    world.passed = False
    run(sensor)
    world.passed = True
    run(sensor)
    sensor.tick()
    sensor.tick()
    assert hook.titles == ["Vault Assets: 1 failing, 1 recovered"]


def test_the_result_of_an_overtaken_run_is_told(sensor: Sensor, world: World, hook: Hook) -> None:
    started, go_on = threading.Event(), threading.Event()

    def overtaken(context: dg.AssetExecutionContext) -> bool:
        if "slow" not in context.run.tags:
            return True
        started.set()
        return not go_on.wait(30)

    world.before_check = overtaken
    slow = threading.Thread(target=run, args=(sensor,), kwargs={"tags": {"slow": "yes"}})
    slow.start()
    started.wait(30)
    run(sensor)
    sensor.tick()
    assert hook.taken == []
    go_on.set()
    slow.join()
    sensor.tick()
    sensor.tick()
    assert hook.titles == ["FAILING (ERROR): social/vault/h_users, check unique_key"]


def test_a_result_reported_outside_a_run_is_told(sensor: Sensor, hook: Hook) -> None:
    report(sensor, "complete", passed=False)
    sensor.tick()
    sensor.tick()
    assert hook.titles == ["FAILING (ERROR): social/vault/h_groups, check complete"]
    assert "reported outside a run" in hook.text


def test_one_partition_does_not_recover_another(sensor: Sensor, hook: Hook) -> None:
    report(sensor, "complete", passed=False, partition="2024-01")
    report(sensor, "complete", passed=True, partition="2024-02")
    sensor.tick()
    assert hook.titles == [
        "FAILING (ERROR): social/vault/h_groups, check complete, partition 2024-01"
    ]


def test_many_changes_are_one_bounded_message(sensor: Sensor, hook: Hook) -> None:
    for number in range(60):
        report(sensor, f"extra_{number}", passed=False, description="x" * 2000)
    sensor.tick()
    assert hook.titles == ["Vault Assets: 60 failing"]
    assert hook.text.count("FAILING") == 50
    assert "... and 10 more" in hook.text
    assert len(hook.text) < 20_000


def test_checks_that_fail_when_alerts_begin_are_told_without_their_past(
    world: World, instance: dg.DagsterInstance, hook: Hook
) -> None:
    sensor = Sensor(world, instance, urls=lambda: [hook.url], secrets=list)
    for passed in (False, True, False):
        report(sensor, "complete", passed=passed)
    report(sensor, "extra_1", passed=False)
    report(sensor, "extra_1", passed=True)
    sensor.tick()
    sensor.tick()
    assert hook.titles == ["FAILING (ERROR): social/vault/h_groups, check complete"]


def test_what_happened_before_alerts_began_is_not_told_later_either(
    world: World, instance: dg.DagsterInstance, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = Sensor(world, instance, urls=lambda: [hook.url], secrets=list)
    # Its planned row keeps the rows after it from being settled.
    instance.create_run_for_job(world.repository.get_job("nightly"))
    for passed in [False, True] * 20:
        report(sensor, "complete", passed=passed)
    for hours in (1, 2):
        monkeypatch.setattr(alerts, "time", lambda hours=hours: time() + hours * 3600)
        sensor.tick()
    assert hook.taken == []


def test_a_restarted_sensor_goes_on_where_it_was(
    sensor: Sensor, instance: dg.DagsterInstance, hook: Hook
) -> None:
    report(sensor, "complete", passed=False)
    sensor.tick()
    restarted = Sensor(World(), instance, **sensor.options)
    restarted.cursor = sensor.cursor
    restarted.tick()
    report(sensor, "complete", passed=True)
    restarted.tick()
    assert [title.split(" ")[0] for title in hook.titles] == ["FAILING", "RECOVERED:"]


def test_without_a_url_nothing_is_lost(sensor: Sensor, hook: Hook) -> None:
    urls, sensor.options["urls"] = sensor.options["urls"], list
    report(sensor, "complete", passed=False)
    assert "VAULT_ASSETS_ALERT_URLS" in sensor.tick()
    sensor.options["urls"] = urls
    sensor.tick()
    assert len(hook.taken) == 1


def test_urls_and_secrets_come_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_ASSETS_ALERT_URLS", " json://a/tok1\n mailto://b ")
    monkeypatch.setenv("VAULT_ASSETS_S3_SECRET", "s3cr3t")
    assert alerts.configured_urls() == ["json://a/tok1", "mailto://b"]
    assert {"json://a/tok1", "s3cr3t"} <= set(alerts.configured_secrets())


def test_a_check_that_still_fails_is_told_again_after_a_while(sensor: Sensor, hook: Hook) -> None:
    report(sensor, "complete", passed=False)
    sensor.tick()
    sensor.options["remind_after"] = timedelta(0)
    sensor.tick()
    sensor.options["remind_after"] = None
    sensor.tick()
    assert hook.titles[1:] == ["STILL FAILING (ERROR): social/vault/h_groups, check complete"]
    assert "failing since" in hook.text


def test_a_warning_is_labelled_and_told_again_when_it_becomes_an_error(
    sensor: Sensor, hook: Hook
) -> None:
    for severity in (WARN, ERROR, WARN):
        report(sensor, "complete", passed=False, severity=severity)
        sensor.tick()
    assert [title.split(":")[0] for title in hook.titles] == ["FAILING (WARN)", "FAILING (ERROR)"]
    assert [message["type"] for message in hook.taken] == ["warning", "failure"]


def test_warnings_can_be_left_out(sensor: Sensor, hook: Hook) -> None:
    sensor.options["min_severity"] = ERROR
    report(sensor, "complete", passed=False, severity=WARN)
    sensor.tick()
    assert hook.taken == []


def test_a_failed_run_is_told_once_with_its_error(sensor: Sensor, world: World, hook: Hook) -> None:
    world.error = ValueError("the file has no header")
    run_id = run(sensor).run_id
    sensor.instance.add_run_tags(run_id, {"seen": "by me"})
    for _ in range(3):
        sensor.tick()
    assert hook.titles == ["RUN FAILED: job nightly"]
    assert hook.text.count("h_users: ValueError: the file has no header") == 1
    assert run_id in hook.text


def test_a_failed_run_of_single_assets_is_named_after_them(
    sensor: Sensor, world: World, hook: Hook
) -> None:
    world.error = ValueError("no header")
    run(sensor, "__ASSET_JOB", asset_selection=[USERS])
    sensor.tick()
    assert hook.titles == ["RUN FAILED: social/vault/h_users"]


def test_runs_that_fail_at_the_same_time_are_all_told(
    sensor: Sensor, world: World, hook: Hook
) -> None:
    world.error = ValueError("no header")
    ids = [run(sensor).run_id, run(sensor).run_id]
    sensor.tick()
    ids.append(run(sensor).run_id)
    sensor.tick()
    sensor.tick()
    text = "".join(message["message"] for message in hook.taken)
    assert [text.count(run_id) for run_id in ids] == [1, 1, 1]


def test_a_run_of_another_code_location_is_left_to_its_own_sensor(
    sensor: Sensor, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = {name: RegisteredCodeLocationOrigin(name) for name in ("here", "there")}
    monkeypatch.setattr(dg.SensorEvaluationContext, "code_location_origin", homes["here"])
    for name, home in homes.items():
        repository = RemoteRepositoryOrigin(home, "__repository__")
        origin = RemoteJobOrigin(repository, f"job_{name}")
        failed = create_run_for_test(sensor.instance, f"job_{name}", remote_job_origin=origin)
        sensor.instance.report_run_failed(failed)
    sensor.tick()
    assert hook.titles == ["RUN FAILED: job job_here"]


def test_what_failed_while_the_sensor_was_down_is_told(
    sensor: Sensor, world: World, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.error = ValueError("no header")
    run(sensor)
    report(sensor, "complete", passed=False)
    sensor.options["remind_after"] = None
    for hours in (1.0, 1.01, 30.0):
        monkeypatch.setattr(alerts, "time", lambda hours=hours: time() + hours * 3600)
        sensor.tick()
    assert hook.titles == ["Vault Assets: 1 failing, 1 run failed"]


def test_new_rows_are_told_after_the_history_was_wiped(sensor: Sensor, hook: Hook) -> None:
    for number in range(5):
        report(sensor, f"extra_{number}", passed=False)
    sensor.tick()
    sensor.instance.wipe()
    sensor.tick()
    report(sensor, "complete", passed=False)
    sensor.tick()
    assert len(hook.taken) == 2


def test_the_cursor_forgets_what_can_no_longer_change(
    sensor: Sensor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.error = ValueError("its check is never evaluated")
    run(sensor)
    for number in range(30):
        report(sensor, f"extra_{number}", passed=True)
    sensor.tick()
    before = len(sensor.cursor or "")
    monkeypatch.setattr(alerts, "time", lambda: time() + 3600)
    sensor.tick()
    assert len(sensor.cursor or "") < min(250, before - 60)


def test_no_secret_leaves_in_a_message(sensor: Sensor, world: World, hook: Hook) -> None:
    sensor.options["secrets"] = lambda: ["Tr1cky", ""]
    world.passed = False
    world.description = "postgresql://bob:hunter2@db/x, password='hunter3', X-Amz-Signature=hunter4"
    world.description += " and Tr1cky"
    run(sensor)
    world.error = ValueError("secret_key: hunter5 token=hunter6 Tr1cky")
    run(sensor)
    sensor.tick()
    assert "postgresql://bob:***@db/x" in hook.text
    assert "hunter" not in hook.text
    assert "Tr1cky" not in hook.text


@pytest.mark.parametrize("url", ["json://127.0.0.1:1/hunter2", "slack://T1/hunter2", "hunter2"])
def test_no_url_reaches_the_log_or_the_cursor(
    sensor: Sensor,
    hook: Hook,
    url: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    sensor.options["urls"] = lambda: [url, hook.url]
    report(sensor, "complete", passed=False)
    with caplog.at_level(logging.DEBUG):
        message = sensor.tick()
    assert "1 of 2" in message
    written = "".join(capfd.readouterr())
    assert "hunter2" not in caplog.text + written + message + (sensor.cursor or "")
    assert len(hook.taken) == 1


def test_a_cursor_of_something_else_is_refused(sensor: Sensor) -> None:
    sensor.cursor = "42"
    with pytest.raises(SettingsError, match="Reset it"):
        sensor.tick()


def test_the_sensor_runs_by_default_and_needs_no_job() -> None:
    sensor = alert_sensor()
    assert sensor.name == "alerts"
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    dg.Definitions.validate_loadable(dg.Definitions(sensors=[sensor]))

"""What may go away is tried again; what does not, and a person's interruption, is not."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import dagster as dg
import duckdb
import pytest

from vault_assets.errors import LateBatchError, StoreError, TargetError, UnavailableError
from vault_assets.orchestration import retries
from vault_assets_tests.orchestration.towns import QUIET


def attempts(
    instance: dg.DagsterInstance, disturb: Callable[[int], Any]
) -> tuple[int, dg.ExecuteInProcessResult]:
    """Run an asset that `disturb`, given the number of the attempt, may make fail."""
    seen: list[int] = []

    @dg.multi_asset(specs=[dg.AssetSpec("one")])
    def one(context: dg.AssetExecutionContext) -> Any:
        with retries.retried(context.retry_number):
            seen.append(context.retry_number)
            disturb(context.retry_number)
        return dg.MaterializeResult(asset_key="one")

    @dg.multi_asset(specs=[dg.AssetSpec("other", deps=["one"])])
    def other() -> Any:
        return dg.MaterializeResult(asset_key="other")

    result = dg.materialize([one, other], instance=instance, run_config=QUIET, raise_on_error=False)
    return len(seen), result


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> dg.DagsterInstance:
    monkeypatch.setattr(retries, "_pause", lambda _: 0.0)
    return dg.DagsterInstance.ephemeral()


def raising(error: BaseException, times: int = 99) -> Callable[[int], None]:
    def disturb(number: int) -> None:
        if number < times:
            raise error

    return disturb


@pytest.mark.parametrize(
    "error", [StoreError("503"), UnavailableError("conflict"), duckdb.IOException("reset")]
)
def test_an_error_that_goes_away_does_not_fail_the_run(
    instance: dg.DagsterInstance, error: Exception
) -> None:
    tried, result = attempts(instance, raising(error, times=2))
    assert result.success
    assert tried == 3


def test_an_error_that_stays_is_tried_three_times_more(instance: dg.DagsterInstance) -> None:
    tried, result = attempts(instance, raising(StoreError("503")))
    assert not result.success
    assert tried == 1 + retries.MAX_RETRIES
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    given = failure.step_failure_data.user_failure_data
    assert given is not None
    assert given.description == "503"


@pytest.mark.parametrize(
    "error", [TargetError("no such column"), LateBatchError("late"), KeyError("a mistake of ours")]
)
def test_an_error_that_cannot_go_away_is_not_tried_again(
    instance: dg.DagsterInstance, error: Exception
) -> None:
    tried, result = attempts(instance, raising(error))
    assert not result.success
    assert tried == 1


def test_an_interruption_ends_the_run(instance: dg.DagsterInstance) -> None:
    tried, result = attempts(instance, lambda _: os.kill(os.getpid(), signal.SIGINT))
    assert not result.success
    assert tried == 1


def test_an_interruption_in_a_query_ends_the_run_also_for_unrelated_assets() -> None:
    started: list[str] = []

    @dg.multi_asset(specs=[dg.AssetSpec("one")])
    def one() -> Any:
        with retries.retried(0):
            started.append("one")
            threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT]).start()
            duckdb.sql(
                "select md5(i::varchar) as h from range(30000000) as t (i) order by h"
            ).show()

    @dg.multi_asset(specs=[dg.AssetSpec("two")])
    def two() -> Any:
        started.append("two")

    result = dg.materialize([one, two], run_config=QUIET, raise_on_error=False)
    assert not result.success
    assert started == ["one"]


def test_pauses_grow() -> None:
    assert 0.5 <= retries._pause(0) <= 1 <= retries._pause(1) <= 2 <= retries._pause(2) <= 4

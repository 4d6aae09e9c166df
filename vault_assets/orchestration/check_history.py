"""Which asset checks changed between passing and failing since a mark.

The only module that reads Dagster's check history, which is not public: what it leans on is
pinned in `vault_assets_tests/orchestration/test_upstream_characterization.py`.

A row of that history is inserted as PLANNED when its run is created and updated in place when
the check is evaluated, so rows are completed in any order. Hence a mark is more than one row id:
rows up to `settled` never change again, and `seen` holds the rows above it that were dealt with.
A reading looks only at checks whose latest row is news; a sweep looks at all rows above `settled`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, cast

import dagster as dg
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)
from pydantic import BaseModel

LATENESS = 300.0
"""Seconds by which clocks may differ and a row may show up after it was written."""

_ABANDONED = 24 * 3600.0
_PAGE = 5
_FIRST_ROWS = 20
_MOST_ROWS = 1000
_FINISHED = {"SUCCESS", "FAILURE", "CANCELED"}
_PLANNED = AssetCheckExecutionRecordStatus.PLANNED
_SUCCEEDED = AssetCheckExecutionRecordStatus.SUCCEEDED
_FAILED = AssetCheckExecutionRecordStatus.FAILED

Subject = tuple[str, str, str]
"""Asset key as text, name of the check, partition (empty if it has none)."""


def passed_before(instance: dg.DagsterInstance, asset: dg.AssetKey, check: str) -> bool:
    """Whether a check of an asset passed when it was evaluated last."""
    last = instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(asset, check), limit=1, status={_SUCCEEDED, _FAILED}
    )
    return bool(last) and last[0].status == _SUCCEEDED


def latest_evaluations(
    instance: dg.DagsterInstance, checks: Collection[dg.AssetCheckKey]
) -> dict[dg.AssetCheckKey, "Evaluation"]:
    """Return the last evaluation of each check that has one."""
    found = {}
    for key in checks:
        last = instance.event_log_storage.get_asset_check_execution_history(
            key, limit=1, status={_SUCCEEDED, _FAILED}
        )
        if last and last[0].evaluation:
            found[key] = _evaluation(last[0])
    return found


@dataclass(frozen=True)
class Evaluation:
    """One evaluation of a check.

    Args:
        subject: What was checked.
        passed: Whether the check passed.
        severity: How bad a failure is.
        at: When it was evaluated, in seconds since 1970.
        run_id: The run that evaluated it; empty if none did.
        description: What the check says of its result.
        metadata: The metadata of the result.
    """

    subject: Subject
    passed: bool
    severity: dg.AssetCheckSeverity
    at: float
    run_id: str
    description: str
    metadata: Mapping[str, dg.MetadataValue]


class Failing(BaseModel, frozen=True, extra="forbid"):
    """A check that fails.

    Args:
        subject: What fails.
        severity: The worst severity since it began to fail.
        since: When it began to fail, in seconds since 1970.
        told: When that was last told, in seconds since 1970.
    """

    subject: Subject
    severity: dg.AssetCheckSeverity
    since: float
    told: float


class CheckMark(BaseModel, frozen=True, extra="forbid"):
    """How far the history was read.

    Args:
        since: When it was read last, in seconds since 1970.
        began: When it was read first, in seconds since 1970.
        settled: Rows up to this id never change again; None: nothing was read yet.
        newest: The highest id that was read.
        seen: Ids above `settled` that were dealt with.
        sweep_at: When to sweep, in seconds since 1970.
        failing: The checks that fail.
    """

    since: float
    began: float = 0.0
    settled: int | None = None
    newest: int = 0
    seen: tuple[int, ...] = ()
    sweep_at: float = 0.0
    failing: tuple[Failing, ...] = ()


@dataclass(frozen=True)
class CheckChange:
    """Something to tell about a check.

    Args:
        kind: It began to fail (or fails worse), it passes again, or it still fails.
        failing: The failure that began, ended or lasts.
        evaluation: What brought the change; None for a reminder.
    """

    kind: Literal["failing", "recovered", "still failing"]
    failing: Failing
    evaluation: Evaluation | None


@dataclass(frozen=True)
class TellingRule:
    """What is worth telling.

    Args:
        min_severity: A failure below it counts as passed.
        remind_after: After how long a lasting failure is told again; None: never.
    """

    min_severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN
    remind_after: timedelta | None = timedelta(hours=24)

    def is_failure(self, evaluation: Evaluation) -> bool:
        """Whether an evaluation counts as failed."""
        return not evaluation.passed and not _is_worse(self.min_severity, evaluation.severity)


def read_changes(
    instance: dg.DagsterInstance,
    checks: Collection[dg.AssetCheckKey],
    mark: CheckMark,
    *,
    now: float,
    rule: TellingRule,
) -> tuple[list[CheckChange], CheckMark]:
    """Read what changed since a mark, oldest first, and the mark after it.

    The first reading tells the checks that fail at that time. Later ones follow every
    evaluation, so that a failure between two readings is told although it is over (of one check
    at most 1,000 evaluations are followed).

    Args:
        instance: The Dagster instance.
        checks: The checks to look at; a failure of any other is forgotten.
        mark: Where the last reading ended.
        now: The present time, in seconds since 1970.
        rule: What is worth telling.
    """
    # Read before the rows: a run that is over by now evaluates no row that is still PLANNED then.
    unfinished = _unfinished_runs(instance)
    latest = _latest(instance, checks)
    mark = _within(mark, latest)
    rows = [row for top in _news(latest, mark, now) for row in _rows_until(instance, top, mark)]
    seen = set(mark.seen)
    fresh = [row for row in rows if row.status != _PLANNED and row.id not in seen]
    failing = {f.subject: f for f in mark.failing}
    changes = [*_follow(failing, _to_follow(fresh, mark), now, rule)]
    changes += _reminders(failing, now, rule)
    after = _after(rows, latest, mark, unfinished, now)
    seen = {row for row in seen.union(row.id for row in fresh) if row > (after.settled or 0)}
    update = {"seen": tuple(sorted(seen)), "failing": tuple(failing.values())}
    return changes, after.model_copy(update=update)


def _unfinished_runs(instance: dg.DagsterInstance) -> set[str]:
    statuses = [status for status in dg.DagsterRunStatus if status.value not in _FINISHED]
    return set(instance.get_run_ids(dg.RunsFilter(statuses=statuses)))


def _latest(
    instance: dg.DagsterInstance, checks: Collection[dg.AssetCheckKey]
) -> dict[dg.AssetCheckKey, AssetCheckExecutionRecord]:
    found = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(checks))
    # The storage answers for every pair of a given asset and a given name.
    return {key: row for key, row in found.items() if key in checks}


def _within(
    mark: CheckMark, latest: Mapping[dg.AssetCheckKey, AssetCheckExecutionRecord]
) -> CheckMark:
    # After a wipe SQLite counts from 1 again: ids of the mark would hide the new rows.
    newest = max((row.id for row in latest.values()), default=0)
    known = {(key.asset_key.to_user_string(), key.name) for key in latest}
    changed = {
        "settled": None if mark.settled is None else min(mark.settled, newest),
        "newest": min(mark.newest, newest),
        "seen": tuple(row for row in mark.seen if row <= newest),
        "failing": tuple(f for f in mark.failing if f.subject[:2] in known),
    }
    return mark.model_copy(update=changed)


def _news(
    latest: Mapping[dg.AssetCheckKey, AssetCheckExecutionRecord], mark: CheckMark, now: float
) -> list[AssetCheckExecutionRecord]:
    done, sweeps = set(mark.seen), now >= mark.sweep_at
    return [
        row
        for row in latest.values()
        if row.id > (mark.settled or 0)
        and (sweeps or row.id > mark.newest or (row.status != _PLANNED and row.id not in done))
    ]


def _rows_until(
    instance: dg.DagsterInstance, top: AssetCheckExecutionRecord, mark: CheckMark
) -> list[AssetCheckExecutionRecord]:
    lowest, most = mark.settled or 0, _FIRST_ROWS if mark.settled is None else _MOST_ROWS
    rows: list[AssetCheckExecutionRecord] = []
    cursor, limit = top.id + 1, _PAGE
    while cursor > lowest + 1 and len(rows) < most:
        page = instance.event_log_storage.get_asset_check_execution_history(
            top.key, limit=limit, cursor=cursor
        )
        rows += [row for row in page if row.id > lowest]
        cursor = page[-1].id if len(page) == limit else 0
        limit *= 2
    return rows


def _to_follow(rows: Iterable[AssetCheckExecutionRecord], mark: CheckMark) -> list[Evaluation]:
    evaluations = sorted((_evaluation(row) for row in rows), key=lambda e: e.at)
    if mark.settled is None:
        return list({e.subject: e for e in evaluations}.values())
    # The first reading looks at few rows: those that it left out must not be told later.
    return [e for e in evaluations if e.at > mark.began - LATENESS]


def _evaluation(row: AssetCheckExecutionRecord) -> Evaluation:
    result = cast("dg.AssetCheckEvaluation", row.evaluation)
    return Evaluation(
        subject=(row.key.asset_key.to_user_string(), row.key.name, row.partition or ""),
        passed=result.passed,
        severity=result.severity,
        at=row.event.timestamp if row.event else row.create_timestamp,
        run_id=row.run_id,
        description=result.description or "",
        metadata=result.metadata,
    )


def _follow(
    failing: dict[Subject, Failing],
    evaluations: Iterable[Evaluation],
    now: float,
    rule: TellingRule,
) -> Iterator[CheckChange]:
    for one in evaluations:
        before = failing.get(one.subject)
        if before and not rule.is_failure(one):
            yield CheckChange("recovered", failing.pop(one.subject), one)
        elif rule.is_failure(one) and (not before or _is_worse(one.severity, before.severity)):
            since = before.since if before else one.at
            after = Failing(subject=one.subject, severity=one.severity, since=since, told=now)
            failing[one.subject] = after
            yield CheckChange("failing", after, one)


def _is_worse(one: dg.AssetCheckSeverity, other: dg.AssetCheckSeverity) -> bool:
    return one == dg.AssetCheckSeverity.ERROR and other == dg.AssetCheckSeverity.WARN


def _reminders(failing: dict[Subject, Failing], now: float, rule: TellingRule) -> list[CheckChange]:
    if rule.remind_after is None:
        return []
    latest = now - rule.remind_after.total_seconds()
    # What this very reading found was told now: a reminder would say it twice.
    due = [f for f in failing.values() if f.told <= latest and f.told < now]
    failing |= {f.subject: f.model_copy(update={"told": now}) for f in due}
    return [CheckChange("still failing", f, None) for f in due]


def _after(
    rows: Sequence[AssetCheckExecutionRecord],
    latest: Mapping[dg.AssetCheckKey, AssetCheckExecutionRecord],
    mark: CheckMark,
    unfinished: set[str],
    now: float,
) -> CheckMark:
    waiting = {row.id for row in rows if _is_waiting(row, unfinished, now)}
    young = {row.id for row in rows if now - row.create_timestamp < LATENESS}
    newest = max([mark.newest, *(row.id for row in rows)])
    swept = now >= mark.sweep_at
    settled = min(waiting | young, default=newest + 1) - 1 if swept else mark.settled
    # Nothing but a sweep finds out when a row below the latest of its check is evaluated.
    overtaken = waiting - {row.id for row in latest.values()}
    sweep_at = now if overtaken else now + LATENESS if swept else mark.sweep_at
    began = mark.began or now
    return CheckMark(since=now, began=began, settled=settled, newest=newest, sweep_at=sweep_at)


def _is_waiting(row: AssetCheckExecutionRecord, unfinished: set[str], now: float) -> bool:
    young = now - row.create_timestamp < _ABANDONED
    return row.status == _PLANNED and row.run_id in unfinished and young

"""Alerts: failing asset checks and failed runs leave the house, each told once.

One sensor reads what changed since its cursor and sends one message to every endpoint. The
cursor holds a mark per endpoint, moved only when that endpoint took the message: a dead one is
asked again at every tick, and the others hear nothing twice.
"""

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from time import time
from typing import Any

import apprise
import dagster as dg
from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError

from vault_assets.errors import SettingsError
from vault_assets.orchestration.check_history import (
    LATENESS,
    CheckChange,
    CheckMark,
    Evaluation,
    TellingRule,
    read_changes,
)
from vault_assets.settings import Settings

_IN_FULL = 10
_HEADS_ONLY = 40
_LONGEST_LINE = 500
_KINDS = ("failing", "run failed", "still failing", "recovered")
_TONES = ("failure", "warning", "success")
_METADATA = {"failed_rows": "failed rows", "batch_id": "batch", "object_key": "file"}
_CREDENTIALS = re.compile(
    r"(?i)(://[^/\s:@]*:|(?:password|passwd|secret|token|signature|credential|access_?key|api_?key)"
    r"\w*[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&@]+"
)
_Letter = tuple[str, str, str]  # body, title and tone, in the order that apprise takes


class _Mark(BaseModel, frozen=True, extra="forbid"):
    checks: CheckMark
    runs: tuple[str, ...] = ()


_CURSOR = TypeAdapter(dict[str, _Mark])


@dataclass(frozen=True)
class _Options:
    rule: TellingRule
    sample_rows: int
    secrets: Sequence[str] = field(repr=False)


@dataclass(frozen=True)
class _Notice:
    kind: str
    tone: str
    head: str
    details: Callable[[], Sequence[str]]  # called only if the message has room for them


def configured_urls() -> list[str]:
    """The apprise URLs of the setting `alert_urls`."""
    return Settings.model_validate({}).alert_urls.get_secret_value().split()


def configured_secrets() -> list[str]:
    """The values of all secret settings, which no message may hold."""
    values = [value for _, value in Settings.model_validate({}) if isinstance(value, SecretStr)]
    return [word for value in values for word in value.get_secret_value().split()]


def alert_sensor(
    *,
    urls: Callable[[], Sequence[str]] = configured_urls,
    secrets: Callable[[], Sequence[str]] = configured_secrets,
    min_severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN,
    remind_after: timedelta | None = timedelta(hours=24),
    sample_rows: int = 5,
) -> dg.SensorDefinition:
    """Build the sensor `alerts`: it tells failing checks and failed runs of its code location.

    Without a URL it skips and leaves its cursor as it is.

    Args:
        urls: Gives the apprise URLs; asked at every tick.
        secrets: Gives texts that are blanked wherever a message would hold them.
        min_severity: A failed check below it counts as passed.
        remind_after: After how long a check that still fails is told again; None: never.
        sample_rows: Most sample rows of a failed check in a message; 0 keeps them in the house.
    """
    rule = TellingRule(min_severity, remind_after)

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells failing checks and failed runs to VAULT_ASSETS_ALERT_URLS.",
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        addresses = list(dict.fromkeys(urls()))
        if not addresses:
            return dg.SkipReason("VAULT_ASSETS_ALERT_URLS names no endpoint: nothing is told.")
        return _tick(context, addresses, _Options(rule, sample_rows, secrets()))

    return alerts


def _tick(
    context: dg.SensorEvaluationContext, urls: Sequence[str], options: _Options
) -> dg.SkipReason:
    now = time()
    known = _read_cursor(context.cursor)
    marks = {url: known.get(_digest(url)) or _Mark(checks=CheckMark(since=now)) for url in urls}
    # Endpoints with one mark, nearly always all of them, share one reading.
    readings = {mark: _read(context, mark, now, options) for mark in set(marks.values())}
    letters = {url: _letter(readings[m][0]) for url, m in marks.items() if readings[m][0]}
    dead = _undelivered(letters)
    after = {_digest(url): m if url in dead else readings[m][1] for url, m in marks.items()}
    context.update_cursor(_CURSOR.dump_json(after).decode())
    for number in (number for number, url in enumerate(urls, start=1) if url in dead):
        context.log.warning("Alert endpoint %s took no message and is asked again.", number)
    reached = f"{len(letters) - len(dead)} of {len(letters)} endpoints told."
    return dg.SkipReason(reached if letters else "Nothing to tell.")


def _read_cursor(text: str | None) -> dict[str, _Mark]:
    try:
        return _CURSOR.validate_json(text) if text else {}
    except ValidationError as error:
        fix = "Reset it on the sensor's page; checks that fail at that time are told again."
        raise SettingsError("The cursor of the sensor `alerts` is broken.", fix=fix) from error


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:12]


def _read(
    context: dg.SensorEvaluationContext, mark: _Mark, now: float, options: _Options
) -> tuple[list[_Notice], _Mark]:
    repository, instance = context.repository_def, context.instance
    checks = repository.asset_graph.asset_check_keys if repository else frozenset()
    changes, checked = read_changes(instance, checks, mark.checks, now=now, rule=options.rule)
    runs, told = _failed_runs(context, mark, now)
    notices = [_check_notice(change, options) for change in changes]
    notices += [_run_notice(instance, run, options) for run in runs]
    return notices, _Mark(checks=checked, runs=told)


def _failed_runs(
    context: dg.SensorEvaluationContext, mark: _Mark, now: float
) -> tuple[list[dg.RunRecord], tuple[str, ...]]:
    since = mark.checks.since - LATENESS
    updated = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.FAILURE], updated_after=datetime.fromtimestamp(since, UTC)
    )
    # A tag added later updates a run too: what counts is when it ended.
    ended = [run for run in context.instance.get_run_records(updated) if _end(run) > since]
    told = tuple(sorted(r.dagster_run.run_id for r in ended if _end(r) > now - LATENESS))
    fresh = [r for r in ended if r.dagster_run.run_id not in mark.runs and _is_ours(context, r)]
    return sorted(fresh, key=_end), told


def _end(record: dg.RunRecord) -> float:
    return record.end_time or record.update_timestamp.timestamp()


def _is_ours(context: dg.SensorEvaluationContext, record: dg.RunRecord) -> bool:
    origin, home = record.dagster_run.remote_job_origin, context.code_location_origin
    return not (origin and home) or origin.location_name == home.location_name


def _errors(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}
    found = instance.get_records_for_run(run_id, of_type=kinds, limit=4).records
    events = [record.event_log_entry.dagster_event for record in found]
    steps = [event for event in events if event and event.step_key]
    return [_error(event) for event in steps or events if event]


def _error(event: dg.DagsterEvent) -> str:
    error = getattr(event.event_specific_data, "error", None)
    while error and error.cause:
        error = error.cause
    text = (error.message if error else event.message or "").strip()
    return f"{event.step_key}: {text}" if event.step_key else text


def _run_notice(instance: dg.DagsterInstance, record: dg.RunRecord, options: _Options) -> _Notice:
    run = record.dagster_run
    assets = sorted(key.to_user_string() for key in run.asset_selection or ())
    more = f" and {len(assets) - 1} more" if len(assets) > 1 else ""
    what = f"{assets[0]}{more}" if assets else f"job {run.job_name}"
    details = partial(_run_lines, instance, record, options)
    return _Notice("run failed", "failure", f"RUN FAILED: {what}", details)


def _run_lines(instance: dg.DagsterInstance, record: dg.RunRecord, options: _Options) -> list[str]:
    run = record.dagster_run
    lines = [_clean(error, options) for error in _errors(instance, run.run_id)]
    lines += ["Dagster starts it again."] if run.tags.get("dagster/will_retry") == "true" else []
    return [*lines, f"run {run.run_id}, {_utc(_end(record))}"]


def _check_notice(change: CheckChange, options: _Options) -> _Notice:
    kind, failing = change.kind, change.failing
    asset, check, partition = failing.subject
    where = f"{asset}, check {check}" + (f", partition {partition}" if partition else "")
    level = "" if kind == "recovered" else f" ({failing.severity.value})"
    bad = "failure" if failing.severity == dg.AssetCheckSeverity.ERROR else "warning"
    tone, head = "success" if kind == "recovered" else bad, f"{kind.upper()}{level}: {where}"
    return _Notice(kind, tone, head, partial(_check_lines, change, options))


def _check_lines(change: CheckChange, options: _Options) -> list[str]:
    begin = [] if change.kind == "failing" else [f"failing since {_utc(change.failing.since)}"]
    return begin + (_evaluation_lines(change.evaluation, options) if change.evaluation else [])


def _evaluation_lines(evaluation: Evaluation, options: _Options) -> list[str]:
    given = evaluation.metadata
    lines = [evaluation.description] if evaluation.description else []
    lines += [f"{word}: {given[key].value}" for key, word in _METADATA.items() if key in given]
    rows = [] if evaluation.passed else _rows(given.get("rows"))[: options.sample_rows]
    lines += ["rows:", *(f"  {row}" for row in rows)] if rows else []
    source = f"run {evaluation.run_id}" if evaluation.run_id else "reported outside a run"
    return [*(_clean(line, options) for line in lines), f"{source}, {_utc(evaluation.at)}"]


def _rows(value: dg.MetadataValue | None) -> list[str]:
    content = value.value if value else None
    if isinstance(value, dg.TableMetadataValue):
        # Records come back with sorted names; the schema knows the order of the columns.
        names = [column.name for column in value.schema.columns]
        content = [{name: row.data.get(name) for name in names} for row in value.records]
    rows = content if isinstance(content, list) else str(content or "").splitlines()
    return [_row(row) if isinstance(row, Mapping) else str(row) for row in rows]


def _row(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={'null' if v is None else v}" for name, v in row.items())


def _clean(text: str, options: _Options) -> str:
    for secret in filter(None, options.secrets):
        text = text.replace(secret, "***")
    text = _CREDENTIALS.sub(r"\1***", text)
    return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]} ..."


def _utc(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _letter(notices: Sequence[_Notice]) -> _Letter:
    notices = sorted(notices, key=lambda notice: _KINDS.index(notice.kind))
    texts = ["\n  ".join((n.head, *n.details())) for n in notices[:_IN_FULL]]
    texts += [n.head for n in notices[_IN_FULL : _IN_FULL + _HEADS_ONLY]]
    left = len(notices) - len(texts)
    texts += [f"... and {left} more"] if left else []
    count = Counter(notice.kind for notice in notices)
    parts = [f"{count[kind]} {kind}" for kind in _KINDS if count[kind]]
    title = notices[0].head if len(notices) == 1 else f"Vault Assets: {', '.join(parts)}"
    return "\n\n".join(texts), title, min((n.tone for n in notices), key=_TONES.index)


def _undelivered(letters: Mapping[str, _Letter]) -> set[str]:
    # All at once: several dead endpoints must not outlast the time that a tick has.
    with ExitStack() as stack, ThreadPoolExecutor(len(letters) or 1) as pool:
        _silence(stack)
        taken = pool.map(_is_taken, letters.keys(), letters.values())
        return {url for url, done in zip(letters, taken, strict=True) if not done}


def _is_taken(url: str, letter: _Letter) -> bool:
    split = "" if "overflow=" in url else f"{'&' if '?' in url else '?'}overflow=split"
    endpoint = apprise.Apprise()
    try:
        return endpoint.add(f"{url}{split}") and bool(endpoint.notify(*letter, body_format="text"))
    except Exception:  # noqa: BLE001 - one odd endpoint must not keep the message from the others
        return False


def _silence(stack: ExitStack) -> None:
    # They write URLs, and the tokens in them, into the log.
    for logger in (logging.getLogger("apprise"), logging.getLogger("urllib3.connectionpool")):
        stack.callback(setattr, logger, "disabled", logger.disabled)
        logger.disabled = True

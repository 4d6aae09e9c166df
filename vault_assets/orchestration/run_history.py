"""What Dagster's event log tells of the runs of models: when, how long, rows, errors."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from vault_assets.orchestration.active_runs import WAREHOUSE_TAG

MOST_RUNS = 1000
"""Newest runs of the instance that are looked at."""

_EVENTS = {
    dg.DagsterEventType.STEP_START,
    dg.DagsterEventType.STEP_SUCCESS,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.ASSET_MATERIALIZATION,
}
_ROWS_IN = ("records", "rows_in")
_ROWS_OUT = ("rows_written", "loaded", "inserted", "dagster/row_count")
_LONGEST_ERROR = 2000


@dataclass(frozen=True)
class ModelRun:
    """A model in a run.

    Args:
        run_id: The run.
        model: The table as layer.name; of the landing too.
        partition: Partitions that were asked for, or else built, as `first...last`.
        started_at: In UTC.
        ended_at: In UTC.
        seconds: Between both, waiting before a retry included.
        rows_in: Records or rows that came in, where the model counts them.
        rows_out: Rows that were written, or that the table has if all are replaced.
        status: `success` or `failure`.
        error: Why it failed.
        run_status: How the whole run stood when this was read.
    """

    run_id: str
    model: str
    partition: str | None
    started_at: dt.datetime
    ended_at: dt.datetime
    seconds: float
    rows_in: int | None
    rows_out: int | None
    status: str
    error: str | None
    run_status: str


def model_runs(
    instance: dg.DagsterInstance, warehouse: str, *, known: Collection[str] = ()
) -> list[ModelRun]:
    """Return the models of a warehouse in the runs of an instance, oldest run first.

    Args:
        instance: The instance.
        warehouse: Its name, the first part of asset keys.
        known: Runs that are left out: those that are over and were read before.
    """
    records = instance.get_run_records(limit=MOST_RUNS)
    found: list[ModelRun] = []
    for record in reversed(records):
        run = record.dagster_run
        if run.run_id not in known and _may_concern(run, warehouse):
            found += _of_run(instance, run, warehouse)
    return found


def _may_concern(run: dg.DagsterRun, warehouse: str) -> bool:
    """Whether a run may have steps of a warehouse: if it does not say, it may have any."""
    if WAREHOUSE_TAG in run.tags:
        return run.tags[WAREHOUSE_TAG] == warehouse
    return not run.asset_selection or any(k.path[0] == warehouse for k in run.asset_selection)


def _of_run(instance: dg.DagsterInstance, run: dg.DagsterRun, warehouse: str) -> Iterator[ModelRun]:
    steps: dict[str, list[dg.EventLogEntry]] = defaultdict(list)
    for entry in instance.all_logs(run.run_id, of_type=_EVENTS):
        if entry.step_key and entry.step_key.startswith(f"{warehouse}__"):
            steps[entry.step_key].append(entry)
    for step, entries in steps.items():
        if made := _model_run(run, step, entries):
            yield made


def _model_run(
    run: dg.DagsterRun, step: str, entries: Sequence[dg.EventLogEntry]
) -> ModelRun | None:
    """Return what the events of one step tell; None if it has not ended."""
    ends = {dg.DagsterEventType.STEP_SUCCESS, dg.DagsterEventType.STEP_FAILURE}
    ended = [entry for entry in entries if _type(entry) in ends]
    started = [entry for entry in entries if _type(entry) == dg.DagsterEventType.STEP_START]
    if not ended or not started:
        return None
    first, last = started[0].timestamp, ended[-1].timestamp
    failed = _type(ended[-1]) == dg.DagsterEventType.STEP_FAILURE
    values = _metadata(entries)
    _, layer, *name = step.split("__")
    return ModelRun(
        run_id=run.run_id,
        model=f"{layer}.{'__'.join(name)}",
        partition=_given(run, step) or _built(values),
        started_at=_time(first),
        ended_at=_time(last),
        seconds=round(last - first, 3),
        rows_in=_number(values, _ROWS_IN),
        rows_out=_number(values, _ROWS_OUT),
        status="failure" if failed else "success",
        error=_message(ended[-1]) if failed else None,
        run_status=run.status.value,
    )


def _type(entry: dg.EventLogEntry) -> dg.DagsterEventType | None:
    return entry.dagster_event.event_type if entry.dagster_event else None


def _time(timestamp: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(timestamp, dt.UTC).replace(tzinfo=None)


def _metadata(entries: Sequence[dg.EventLogEntry]) -> dict[str, dg.MetadataValue]:
    values: dict[str, dg.MetadataValue] = {}
    for entry in entries:
        made = entry.asset_materialization
        values |= made.metadata if made else {}
    return values


def _number(values: Mapping[str, dg.MetadataValue], names: Sequence[str]) -> int | None:
    found = (values[name].value for name in names if name in values)
    return next((number for number in found if isinstance(number, int)), None)


def _given(run: dg.DagsterRun, step: str) -> str | None:
    ops: Any = run.run_config.get("ops", {})
    return ops.get(step, {}).get("config", {}).get("partitions")


def _built(values: Mapping[str, dg.MetadataValue]) -> str | None:
    """Return the first and the last of the partitions that a materialization tells as built."""
    for name, value in values.items():
        if name.startswith("newest_") and isinstance(value, dg.TableMetadataValue):
            rows = [dict(record.data) for record in value.records]
            built = sorted(str(row["partition"]) for row in rows if row["built"])
            return "...".join(dict.fromkeys((built[0], built[-1]))) if built else None
    return None


def _message(entry: dg.EventLogEntry) -> str:
    event = entry.dagster_event
    data = event.step_failure_data if event else None
    if data and data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description[:_LONGEST_ERROR]
    error = data.error if data else None
    while error is not None and error.cause is not None:
        error = error.cause
    return (error.message.strip() if error else "unknown error")[:_LONGEST_ERROR]

"""Which run of a warehouse is really at work.

A run whose process was killed, or whose machine went down, stays `STARTED` for hours. So a run
counts as active only while it writes events. To take a slow one for dead does no harm: loads are
exactly-once, and a second run waits at the table that the first one writes.
"""

import time

import dagster as dg

WAREHOUSE_TAG = "vault_assets/warehouse"
SILENCE = 15 * 60.0
"""Seconds without an event after which a run is taken for dead."""

_BEGUN = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def active_run(instance: dg.DagsterInstance, warehouse: str) -> str | None:
    """Return the id of a run that waits for its turn or is at work on a warehouse, if any."""
    waiting = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]))
    begun = instance.get_run_records(dg.RunsFilter(statuses=_BEGUN))
    active = [*waiting, *(record for record in begun if not _is_silent(instance, record))]
    ours = (r.dagster_run for r in active if _concerns(r.dagster_run, warehouse))
    return next((run.run_id for run in ours), None)


def _concerns(run: dg.DagsterRun, warehouse: str) -> bool:
    """Whether a run loads a warehouse: its job says so, or the assets that a person chose."""
    chosen = run.asset_selection or ()
    return run.tags.get(WAREHOUSE_TAG) == warehouse or any(
        key.path[0] == warehouse for key in chosen
    )


def _is_silent(instance: dg.DagsterInstance, record: dg.RunRecord) -> bool:
    run_id = record.dagster_run.run_id
    latest = instance.get_records_for_run(run_id, limit=1, ascending=False).records
    begun = record.create_timestamp.timestamp()
    return time.time() - (latest[0].timestamp if latest else begun) > SILENCE

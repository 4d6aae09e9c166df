"""The sensor on new objects: the registry is the truth, one object is loaded once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg

from vault_assets.errors import LockedCatalogError
from vault_assets.landing.batches import unregistered
from vault_assets.landing.store import Store
from vault_assets.loading.approving import waiting_approvals
from vault_assets.loading.registering import listed_objects
from vault_assets.loading.work import known_versions, unfinished_batches
from vault_assets.model import Warehouse
from vault_assets.orchestration.active_runs import WAREHOUSE_TAG, active_run
from vault_assets.orchestration.resources import LakeResource, StoreResource
from vault_assets.targets.target import Target

WORK_TAG = "vault_assets/work"
MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class Work:
    """What there is to load: names that identify it, and the sources concerned."""

    items: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The same work has the same digest."""
        return hashlib.sha256("\n".join(sorted(self.items)).encode()).hexdigest()[:24]


def object_sensor(warehouse: Warehouse, job_name: str) -> dg.SensorDefinition:
    """Return the sensor that requests a run when objects land.

    Each tick lists the store and subtracts what is registered; what is registered but not applied
    everywhere, because a run died, counts as work too once no run of the warehouse is active.
    The run key is made of the work and the attempt, so a tick repeated after a crash requests the
    same run, and work that fails is tried three times, then left to a person.
    """

    @dg.sensor(
        name=f"{warehouse.name}_objects",
        job_name=job_name,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Requests one run for the objects that landed since the last one.",
    )
    def objects(
        context: dg.SensorEvaluationContext, lake: LakeResource, store: StoreResource
    ) -> dg.SensorResult | dg.SkipReason:
        try:
            work = find_work(lake.of(warehouse.name), store.open(), warehouse)
        except LockedCatalogError as error:
            return dg.SkipReason(f"a run may be loading: {error}")
        finally:
            # A file catalog admits one process: leave it to the run.
            lake.close()
        if not work.items:
            return dg.SkipReason("no new objects")
        return _requested(context, warehouse, work)

    return objects


def _requested(
    context: dg.SensorEvaluationContext, warehouse: Warehouse, work: Work
) -> dg.SensorResult | dg.SkipReason:
    active = active_run(context.instance, warehouse.name)
    if active:
        return dg.SkipReason(f"run {active} is active and may be loading these objects")
    attempts = context.instance.get_runs_count(dg.RunsFilter(tags={WORK_TAG: work.digest}))
    if attempts >= MAX_ATTEMPTS:
        return dg.SkipReason(
            f"{len(work.items)} objects were tried {attempts} times: see the runs tagged "
            f"{WORK_TAG}={work.digest}, mend the cause, then materialize the assets by hand"
        )
    request = dg.RunRequest(
        run_key=f"{work.digest}:{attempts}",
        asset_selection=affected_assets(context, warehouse, work.sources),
        tags={WORK_TAG: work.digest, WAREHOUSE_TAG: warehouse.name},
    )
    return dg.SensorResult(run_requests=[request])


def affected_assets(
    context: dg.SensorEvaluationContext, warehouse: Warehouse, sources: Sequence[str]
) -> list[dg.AssetKey] | None:
    """Return the landing assets of these sources and everything downstream; None for all."""
    if context.repository_def is None:
        return None
    graph = context.repository_def.asset_graph
    keys = [dg.AssetKey([warehouse.name, warehouse.landing_layer, source]) for source in sources]
    selection = dg.AssetSelection.assets(*keys).downstream()
    return sorted(selection.resolve(graph))


def find_work(lake: Target, store: Store, warehouse: Warehouse) -> Work:
    """Return the objects that are no batch yet and the batches that are not applied everywhere."""
    known = known_versions(lake)
    items: list[str] = []
    sources: list[str] = []
    for source, declared in warehouse.sources.items():
        fresh = unregistered(listed_objects(store, declared), known.get(source, {}))
        items += [f"{item.key}:{item.etag}:{item.modified.isoformat()}" for item in fresh]
        sources += [source] if fresh else []
    # What was tried in vain and then approved is new work: it is tried again.
    approved = {row["batch_id"] for row in waiting_approvals(lake, warehouse)}
    for batch_id, source in unfinished_batches(lake, warehouse):
        items.append(f"{batch_id}:approved" if batch_id in approved else batch_id)
        sources.append(source)
    return Work(tuple(items), tuple(dict.fromkeys(sources)))

"""Replay one batch, and rebuild a vault from the kept stage rows."""

from collections.abc import Callable
from dataclasses import dataclass

from vault_assets.landing.store import Store
from vault_assets.loading.consuming import forget_consumed
from vault_assets.loading.known_batches import batch_source, refuse_released
from vault_assets.loading.looking_again import is_given, look_up_again
from vault_assets.loading.rehashing import refuse_wrong_keys, rehash_stage
from vault_assets.loading.repairing import mark_replayed
from vault_assets.loading.staging import Staged, stage_batches
from vault_assets.loading.vault import Loaded, load_vault_table
from vault_assets.model import Warehouse
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.plans import VaultPlan
from vault_assets.sql.registry import APPLIED
from vault_assets.sql.stages import stage_plan
from vault_assets.targets.target import Target

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Replayed:
    """What replaying a batch did: the stage, then every vault table that it feeds."""

    staged: Staged
    loaded: tuple[Loaded, ...]


def replay_batch(
    lake: Target,
    store: Store,
    warehouse: Warehouse,
    batch_id: str,
    *,
    run_id: str,
    progress: Progress = lambda _: None,
) -> Replayed:
    """Read a batch's object again and load every table that it feeds anew.

    A batch that was given as rows, or released, has no object: its kept rows are loaded anew, with
    what its prejoins find now.

    Its load time stays what it was. Keys that it touches are rebuilt from all batches, so the
    result is as if the batch had been read like this the first time. If this is interrupted, the
    next load of each table does its part.

    Raises:
        BatchError: There is no such batch, its object is gone, or rows of it were released.
    """
    source = batch_source(lake, batch_id)
    given = is_given(lake, batch_id)
    looks_up = given and bool(warehouse.sources[source].prejoins)
    if looks_up or not given:
        refuse_released(lake, batch_id)
    plans = fed_by(warehouse, source)
    labels = [plan.table.label for plan in plans]
    lake.transaction([APPLIED.label], lambda session: mark_replayed(session, labels, batch_id))
    if looks_up:
        staged = look_up_again(lake, warehouse, source, batch_id, run_id=run_id)
    elif given:
        staged = Staged(stage_plan(warehouse, source).table.label)
    else:
        staged = stage_batches(lake, store, warehouse, source, run_id=run_id, replayed=[batch_id])
    progress(staged.table)
    return Replayed(
        staged, reload_batch(lake, warehouse, source, batch_id, run_id=run_id, progress=progress)
    )


def reload_batch(
    lake: Target,
    warehouse: Warehouse,
    source: str,
    batch_id: str,
    *,
    run_id: str,
    progress: Progress = lambda _: None,
) -> tuple[Loaded, ...]:
    """Load a batch that is staged anew into every table that it feeds, or whose parents it feeds.

    Raises:
        AuditsFailedError: A blocking audit failed; the table is as it was.
    """
    loaded = []
    for plan in fed_by(warehouse, source):
        name = plan.table.name
        loaded.append(load_vault_table(lake, warehouse, name, run_id=run_id, replayed=[batch_id]))
        progress(plan.table.label)
    return tuple(loaded)


def fed_by(warehouse: Warehouse, source: str) -> list[VaultPlan]:
    """Return the tables that a source feeds, and those whose orphans wait for keys of such a table.

    Parents come before their children.
    """
    found: dict[str, VaultPlan] = {}
    for _, name, _ in warehouse.vault_tables():
        plan = vault_plan(warehouse, name)
        sources = {binding.stage.source for binding in plan.bindings}
        if source in sources or {parent.table.label for parent in plan.parents} & set(found):
            found[plan.table.label] = plan
    return list(found.values())


def rebuild_vault(
    lake: Target,
    warehouse: Warehouse,
    *,
    run_id: str,
    progress: Progress = lambda _: None,
) -> tuple[Loaded, ...]:
    """Drop every vault table and load it from the kept stage rows.

    Load times, sources and batches are those of the stage rows, so contents are identical, unless
    the declaration has changed: then kept rows are hashed anew first. Each table is replaced in
    one transaction: a reader sees the old or the new one. If this is interrupted, tables that were
    hashed otherwise refuse to load until it is repeated.

    Args:
        lake: The warehouse's lake.
        warehouse: The declaration.
        run_id: Written beside the applied batches.
        progress: Is told of each table.

    Raises:
        TargetError: A stored hash is not the hash of its row.
    """
    forget_consumed(lake, warehouse)
    for source in warehouse.sources:
        progress(str(rehash_stage(lake, warehouse, source)))
    loaded = []
    for _, name, _ in warehouse.vault_tables():
        plan = vault_plan(warehouse, name)
        loaded.append(load_vault_table(lake, warehouse, name, run_id=run_id, rebuild=True))
        refuse_wrong_keys(lake, plan)
        progress(plan.table.label)
    return tuple(loaded)

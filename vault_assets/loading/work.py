"""What is left to do: versions that are registered, and batches that a table has not applied."""

import datetime as dt
from typing import Any

from vault_assets.loading.registering import newest_etags, utc_now
from vault_assets.loading.stored import stored_columns
from vault_assets.model import Warehouse
from vault_assets.model.names import literal
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.registry import APPLIED, BATCHES, FAILURES
from vault_assets.targets.target import Target


def known_versions(lake: Target) -> dict[str, dict[str, str]]:
    """Return for each source {object key: etag of its newest batch}."""
    session = lake.session()
    return newest_etags(session) if stored_columns(session, BATCHES) else {}


def unfinished_batches(lake: Target, warehouse: Warehouse) -> list[tuple[str, str]]:
    """Return (batch_id, source) of batches that a stage or vault table has yet to apply.

    Batches that were given up (rejected, missing) are finished.
    """
    session = lake.session()
    if not stored_columns(session, FAILURES):
        return []
    needed = [(warehouse.stage_label(name), name) for name in warehouse.sources]
    for _, name, _ in warehouse.vault_tables():
        plan = vault_plan(warehouse, name)
        needed += [(plan.table.label, binding.stage.source) for binding in plan.bindings]
    if not needed:
        return []
    pairs = ", ".join(f"({literal(table)}, {literal(stage)})" for table, stage in needed)
    return session.connection.execute(
        f"""
        select b.batch_id, b.source
        from {BATCHES.sql} as b
        inner join (values {pairs}) as n (table_name, stage) on n.stage = b.source
        where
          not exists (
            select 1 from {FAILURES.sql} as f
            where f.batch_id = b.batch_id and f.status in ('rejected', 'missing')
          )
          and not exists (
            select 1 from {APPLIED.sql} as a
            where a.table_name = n.table_name and a.batch_id = b.batch_id
          )
        group by b.batch_id, b.source
        order by b.batch_id
        """
    ).fetchall()


def stale_objects(lake: Target, source: str, limit: dt.timedelta) -> list[dict[str, Any]]:
    """Return the newest object of a source if it was written longer than `limit` ago.

    A source that never had an object is stale too: its row has no key.
    """
    return lake.session().rows(
        f"select max_by(object_key, modified) as object_key, max(modified) as modified "
        f"from {BATCHES.sql} where source = $source "
        "having max(modified) is null or max(modified) < $before",
        {"source": source, "before": utc_now() - limit},
    )


def overdue_batches(
    lake: Target, warehouse: Warehouse, source: str, limit: dt.timedelta
) -> list[dict[str, Any]]:
    """Return batches of a source that are registered for longer than `limit`, yet not applied."""
    waiting = [batch for batch, of in unfinished_batches(lake, warehouse) if of == source]
    if not waiting:
        return []
    return lake.session().rows(
        f"select batch_id, object_key, load_ts from {BATCHES.sql} "
        "where list_contains($waiting, batch_id) and load_ts < $before order by load_ts",
        {"waiting": waiting, "before": utc_now() - limit},
    )

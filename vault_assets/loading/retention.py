"""Compact what record tracking keeps of old batches: a row per run of batches, not per batch."""

from dataclasses import dataclass

from vault_assets.loading.stored import stored_columns
from vault_assets.model import Warehouse
from vault_assets.model.names import quoted
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.plans import VaultPlan
from vault_assets.sql.templates import render
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target


@dataclass(frozen=True)
class Compacted:
    """What became of a table.

    Args:
        table: `layer.name`.
        rows_before: Rows older than its retention.
        rows_after: Rows that stand for them now.
    """

    table: str
    rows_before: int = 0
    rows_after: int = 0

    def __str__(self) -> str:
        return f"{self.table}: {self.rows_before:,} old rows are now {self.rows_after:,}"


def compact_tracking(lake: Target, warehouse: Warehouse) -> tuple[Compacted, ...]:
    """Compact the record-tracking satellites that declare `keep`, one transaction each.

    The intervals stay what they are. A table that is not loaded yet is left alone.
    """
    return tuple(
        compact(lake, warehouse, name)
        for name, table in warehouse.record_tracking_satellites.items()
        if table.keep
    )


def compact(lake: Target, warehouse: Warehouse, name: str) -> Compacted:
    """Compact the rows of a record-tracking satellite that are older than its `keep`."""
    plan = vault_plan(warehouse, name)

    def unit(session: Session) -> Compacted:
        # A table of an earlier version lacks the column until its next load.
        if "until_ts" not in stored_columns(session, plan.table):
            return Compacted(plan.table.label)
        cutoff = session.value(render(_template("cutoff"), plan=plan))
        done = _compact(session, plan, cutoff) if cutoff else Compacted(plan.table.label)
        session.connection.execute("drop table if exists temp.compacted")
        return done

    return lake.transaction([plan.table.label], unit)


def _compact(session: Session, plan: VaultPlan, cutoff: object) -> Compacted:
    values = {"cutoff": cutoff}
    old = "coalesce(until_ts, load_ts) < cast($cutoff as timestamp) and batch_id <> 'ghost'"
    before = session.value(f"select count(*) from {plan.table.sql} where {old}", values)
    session.run(render(_template("compacted"), plan=plan, key=quoted(plan.key)), values)
    after = session.value("select count(*) from compacted")
    if after < before:
        session.run(f"delete from {plan.table.sql} where {old}", values)
        session.run(f"insert into {plan.table.sql} by name select * from compacted")
    return Compacted(plan.table.label, before, after)


def _template(name: str) -> str:
    return f"vault/record_tracking_satellite/{name}.sql"

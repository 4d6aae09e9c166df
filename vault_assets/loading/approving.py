"""Approve snapshots that are held because they close too many keys at once."""

import datetime as dt
import getpass
from dataclasses import dataclass
from typing import Any

from vault_assets.errors import BatchError
from vault_assets.loading.known_batches import batch_source
from vault_assets.loading.registering import utc_now
from vault_assets.loading.stored import stored_columns
from vault_assets.loading.tables import ensure_registry
from vault_assets.loading.work import unfinished_batches
from vault_assets.model import Warehouse
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.registry import APPLIED, APPROVALS
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target


@dataclass(frozen=True)
class Approval:
    """Who allowed a batch to close many keys at once, when and why; and the tables that held it."""

    batch_id: str
    approved_by: str
    approved_at: dt.datetime
    reason: str
    tables: tuple[str, ...] = ()


def approve(
    lake: Target, warehouse: Warehouse, batch_id: str, *, reason: str, by: str | None = None
) -> Approval:
    """Let the tables that hold a batch apply it with their next load.

    Args:
        lake: The warehouse's lake.
        warehouse: The declaration.
        batch_id: The batch.
        reason: Why it is right.
        by: Who says so; default: the user of this process.

    Raises:
        BatchError: There is no such batch or no reason; it is not staged, approved already, or no
            table with `hold_if_closing_over` waits for it.
    """
    source = batch_source(lake, batch_id)
    if not reason.strip():
        raise BatchError(
            "an approval needs a reason", where=batch_id, fix="Say why so many keys may close."
        )
    holding = _holding_tables(warehouse, source)
    who = by or getpass.getuser()

    def unit(session: Session) -> Approval:
        ensure_registry(session)
        applied = _applied(session, batch_id)
        waiting = tuple(table for table in holding if table not in applied)
        _refuse_needless(
            session, batch_id, warehouse.stage_label(source) in applied, holding, waiting
        )
        made = Approval(batch_id, who, utc_now(), reason.strip(), waiting)
        session.run(
            f"insert into {APPROVALS.sql} by name select $batch_id as batch_id, "
            "$approved_by as approved_by, cast($approved_at as timestamp) as approved_at, "
            "$reason as reason",
            {name: getattr(made, name) for name in (c.name for c in APPROVALS.columns)},
        )
        return made

    return lake.transaction([APPROVALS.label], unit)


def waiting_approvals(lake: Target, warehouse: Warehouse) -> list[dict[str, Any]]:
    """Return the approvals of batches that are not applied everywhere, the earliest first."""
    session = lake.session()
    if not stored_columns(session, APPROVALS):
        return []
    waiting = [batch_id for batch_id, _ in unfinished_batches(lake, warehouse)]
    return session.rows(
        f"select * from {APPROVALS.sql} where list_contains($waiting, batch_id) "
        "order by approved_at",
        {"waiting": waiting},
    )


def _holding_tables(warehouse: Warehouse, source: str) -> list[str]:
    """Return the tables fed by a source that refuse snapshots that close too much."""
    plans = [vault_plan(warehouse, name) for _, name, _ in warehouse.vault_tables()]
    return [
        plan.table.label
        for plan in plans
        if plan.options.get("hold_over")
        and any(binding.stage.source == source for binding in plan.bindings)
    ]


def _applied(session: Session, batch_id: str) -> set[str]:
    rows = session.rows(
        f"select table_name from {APPLIED.sql} where batch_id = $batch_id", {"batch_id": batch_id}
    )
    return {row["table_name"] for row in rows}


def _refuse_needless(
    session: Session,
    batch_id: str,
    staged: bool,
    holding: list[str],
    waiting: tuple[str, ...],
) -> None:
    found = session.rows(
        f"select approved_by, approved_at from {APPROVALS.sql} where batch_id = $batch_id",
        {"batch_id": batch_id},
    )
    problem = ""
    if found:
        problem = f"is approved already, by {found[0]['approved_by']} at {found[0]['approved_at']}"
    elif not holding:
        problem = "no table that its source feeds declares `hold_if_closing_over`"
    elif not staged:
        problem = "is not staged yet: only what was read can be approved"
    elif not waiting:
        problem = f"is not held: {', '.join(holding)} has applied it"
    if problem:
        raise BatchError(problem, where=batch_id, fix="`vault-assets batches` lists all.")

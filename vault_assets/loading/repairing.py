"""Batches out of order: which a table lacks, what they touch, and how that is loaded anew."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from vault_assets.errors import LateBatchError
from vault_assets.loading.registering import utc_now
from vault_assets.sql.plans import VaultPlan
from vault_assets.sql.registry import APPLIED, REWRITTEN
from vault_assets.sql.templates import render
from vault_assets.targets.session import Session

EARLIEST = dt.datetime(1, 1, 1)  # noqa: DTZ001  UTC without zone, as all load times
REPLAY = '{"replay": true}'
"""Note of an applied batch that is staged anew: the table's next load applies it again."""


def mark_replayed(session: Session, tables: Sequence[str], batch_id: str) -> None:
    """Note that these tables (`layer.name`) have to apply the batch again."""
    session.run(
        f"update {APPLIED.sql} set note = $note "
        "where batch_id = $batch_id and list_contains($tables, table_name)",
        {"note": REPLAY, "batch_id": batch_id, "tables": list(tables)},
    )


def read_applied(session: Session, plan: VaultPlan) -> None:
    """Fill temp table `applied_before`, so that the registry is read once in a load."""
    parents = [parent.table.label for parent in plan.parents]
    tables = [plan.table.label, *_stages(plan), *parents]
    session.run(render("vault/applied_before.sql", plan=plan, tables=tables), note=False)


def replayed_batches(session: Session, plan: VaultPlan) -> set[str]:
    """Return the batches that the table has to apply again."""
    rows = session.rows(
        "select batch_id from applied_before where table_name = $table and note = $note",
        {"table": plan.table.label, "note": REPLAY},
    )
    return {row["batch_id"] for row in rows}


def unapply(session: Session, plan: VaultPlan, batches: Collection[str]) -> None:
    """Forget that these batches were applied, and their quarantined rows; vault rows stay."""
    values = {"table": plan.table.label, "batches": list(batches)}
    condition = "table_name = $table and list_contains($batches, batch_id)"
    for table in (APPLIED.sql, "applied_before"):
        session.run(f"delete from {table} where {condition}", values)
    for binding in plan.bindings:
        session.run(f"delete from {binding.stage.quarantine.sql} where {condition}", values)


def forget_table(session: Session, plan: VaultPlan) -> None:
    """Drop the table, its quarantined rows, and the record of what it applied."""
    session.run(f"drop table if exists {plan.table.sql}")
    session.run(f"delete from {APPLIED.sql} where table_name = $table", {"table": plan.table.label})
    for binding in plan.bindings:
        session.run(
            f"delete from {binding.stage.quarantine.sql} where table_name = $table",
            {"table": plan.table.label},
        )


def find_pending(
    session: Session, plan: VaultPlan, *, only: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Fill temp table `pending`: staged batches not applied; return them, oldest first.

    Args:
        session: In the load's transaction.
        plan: The table.
        only: If given, leave out all other batches.
    """
    session.run(render("vault/pending.sql", plan=plan, stages=_stages(plan), only=sorted(only)))
    return session.rows("select stage, batch_id, load_ts from pending order by load_ts")


def _stages(plan: VaultPlan) -> list[str]:
    return sorted({binding.stage.table.label for binding in plan.bindings})


def refuse_gaps(session: Session, plan: VaultPlan, replayed: Collection[str]) -> None:
    """Refuse to write a history out of the order of its batches, replayed ones excepted.

    Raises:
        LateBatchError: An older batch is not staged, or a pending one is older than applied ones.
    """
    late = session.value(
        "select count(*) from pending where load_ts < "
        "(select max(load_ts) from applied_before where table_name = $table)",
        {"table": plan.table.label},
    )
    # Nearly always neither is so, which is quicker to ask.
    if not late and not session.value(
        render("vault/unstaged.sql", plan=plan, stages=_stages(plan))
    ):
        return
    gaps = session.rows(
        render("vault/gaps.sql", plan=plan, stages=_stages(plan)), {"replayed": list(replayed)}
    )
    if gaps:
        gap = gaps[0]
        raise LateBatchError(
            f"batch {gap['batch_id']} ({gap['object_key']}) {gap['problem']}",
            where=plan.table.label,
            fix=f"Run again once it can be read, or `vault-assets replay {gap['batch_id']}`.",
        )


def forget_affected(
    session: Session,
    plan: VaultPlan,
    pending: Sequence[dict[str, Any]],
    replayed: Collection[str],
) -> int:
    """Forget the units of late, replayed and released rows; they are loaded from all batches.

    Returns:
        The number of units; if there are any, `pending` holds the applied batches too.
    """
    newest = session.value(
        "select max(load_ts) from applied_before where table_name = $table",
        {"table": plan.table.label},
    )
    # Another source may have the same load time, and a row that comes before in the declared order.
    late = newest is not None and any(batch["load_ts"] <= newest for batch in pending)
    own = bool(pending) and "affected" in plan.options
    if not (late or replayed or own or _has_waiting(session, plan)):
        return 0
    if plan.whole and (late or replayed):
        return _forget_all(session, plan)
    session.run(
        render(
            "vault/affected.sql",
            plan=plan,
            newest_applied=newest or EARLIEST,
            replayed=sorted(replayed),
        )
    )
    count = session.value("select count(*) from affected")
    if count and plan.whole:
        return _forget_all(session, plan)
    if count:
        if plan.parents:
            session.run(
                render(
                    "vault/rewritten.sql", plan=plan, rewritten=REWRITTEN, replayed=bool(replayed)
                ),
                {"rewritten_at": utc_now()},
            )
        session.run(render("vault/forget.sql", plan=plan))
        for binding in plan.bindings:
            session.run(render("vault/forget_quarantine.sql", plan=plan, binding=binding))
        session.run(render("vault/pending_again.sql", plan=plan))
    return count


def _forget_all(session: Session, plan: VaultPlan) -> int:
    rows = session.run(f"delete from {plan.table.sql} where batch_id <> 'ghost'")
    for binding in plan.bindings:
        session.run(
            f"delete from {binding.stage.quarantine.sql} where table_name = $table",
            {"table": plan.table.label},
        )
    session.run(render("vault/pending_again.sql", plan=plan))
    return max(rows, 1)


def _has_waiting(session: Session, plan: VaultPlan) -> bool:
    if plan.orphans != "quarantine":
        return False
    return any(
        session.value(
            f"select count(*) from {binding.stage.quarantine.sql} "
            "where table_name = $table and reason like 'orphan:%'",
            {"table": plan.table.label},
        )
        for binding in plan.bindings
    )

"""Load a vault table: the batches it has not applied yet, in one transaction."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vault_assets.loading.audits import Audit, Verdict, evaluate, refuse_failures
from vault_assets.loading.layouts import change_layout
from vault_assets.loading.pattern_audits import (
    audits_of,
    key_context,
    known_to_pass,
    nothing_new,
)
from vault_assets.loading.registering import utc_now
from vault_assets.loading.repairing import (
    find_pending,
    forget_affected,
    forget_table,
    read_applied,
    refuse_gaps,
    replayed_batches,
    unapply,
)
from vault_assets.loading.same_as import resolve, same_as_context
from vault_assets.loading.tables import (
    ensure_registry,
    ensure_vault,
    insert_ghosts,
    require_stage,
)
from vault_assets.loading.uniqueness import keys_come_once
from vault_assets.model import Warehouse
from vault_assets.model.names import literal, quoted
from vault_assets.sql import dialect
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.plans import BindingPlan, ParentPlan, VaultPlan
from vault_assets.sql.templates import render, sql_folder
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

TEMPORARY = (
    "applied_before", "pending", "affected", "touched", "decided", "outcomes", "involved",
    "resolved", "written_rows",
)  # fmt: skip
COUNTERS = ("rows_in", "inserted", "unchanged", "duplicate", "quarantined")


@dataclass(frozen=True)
class Loaded:
    """What a load did.

    Args:
        table: `layer.name`.
        batches: One dictionary per batch: stage, batch_id, load_ts and the counters in rows.
        rows_written: Rows added to the table.
        rebuilt: Units (keys) that were loaded again after late, replayed or released rows.
        statements: The SQL that ran.
        verdicts: What the audits found.
    """

    table: str
    batches: tuple[dict[str, Any], ...] = ()
    rows_written: int = 0
    rebuilt: int = 0
    statements: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = field(default=())

    def total(self, counter: str) -> int:
        """Return the sum of a counter over the batches."""
        return sum(batch[counter] for batch in self.batches)


def load_vault_table(
    lake: Target,
    warehouse: Warehouse,
    name: str,
    *,
    run_id: str,
    repair: bool = False,
    replayed: Collection[str] = (),
    rebuild: bool = False,
    extra_audits: Sequence[Audit] = (),
    judge_again: Callable[[str], bool] = lambda _: True,
) -> Loaded:
    """Apply to vault table `name` the staged batches that it has not applied yet.

    Rows, quarantined rows and the record of the applied batches are one transaction. Blocking
    audits are evaluated before the commit.

    Args:
        lake: The warehouse's lake.
        warehouse: The declaration.
        name: The vault table.
        run_id: Written beside the applied batches.
        repair: Accept batches older than applied ones and rebuild the keys that they touch.
        replayed: Batches to apply again although they are applied; others are left alone.
        rebuild: Forget the table first and load it from all staged batches.
        extra_audits: Audits beyond those of the pattern; may bind $first and $last, the load times
            of the batches of this load.
        judge_again: Whether the check of that name is judged although it cannot have another
            result than before: over the whole table if no batch is new, or see `known_to_pass`.

    Raises:
        LateBatchError: An older batch of the table's sources is not applied and `repair` is off.
        AuditsFailedError: A blocking audit failed; nothing was written.
    """
    plan = vault_plan(warehouse, name)

    def unit(session: Session) -> Loaded:
        ensure_registry(session)
        for binding in plan.bindings:
            require_stage(session, binding.stage)
        if rebuild:
            forget_table(session, plan)
        is_new = ensure_vault(session, plan)
        read_applied(session, plan)
        again = replayed or replayed_batches(session, plan)
        if again:
            unapply(session, plan, again)
        pending = find_pending(session, plan, only=replayed)
        if pending and plan.late == "strict" and not repair:
            refuse_gaps(session, plan, again)
        rebuilt = forget_affected(session, plan, pending, again)
        if pending or rebuilt:
            known = known_to_pass(plan, judge_again) if not is_new else frozenset()
            loaded = _load(session, plan, run_id, rebuilt, extra_audits, alone=is_new, known=known)
        else:
            loaded = Loaded(
                plan.table.label, verdicts=nothing_new(session, plan, extra_audits, judge_again)
            )
        if is_new and plan.ghost_keys:
            insert_ghosts(session, plan)
        for table in TEMPORARY:
            session.connection.execute(f"drop table if exists {table}")
        if session.enumerates:
            session.connection.execute("drop type if exists pending_batch")
        return loaded

    change_layout(lake, plan.table, plan.table.layout)
    return lake.transaction([plan.table.label], unit)


def _load(
    session: Session,
    plan: VaultPlan,
    run_id: str,
    rebuilt: int,
    extra_audits: Sequence[Audit],
    *,
    alone: bool,
    known: Collection[str],
) -> Loaded:
    plan = replace(plan, parents=_doubtful_parents(session, plan))
    if session.enumerates:
        _shorten_batch_ids(session)
    context = _context(session, plan, affected=bool(rebuilt) and not plan.whole, alone=alone)
    if plan.touched:
        session.run(render(f"vault/{plan.pattern}/touched.sql", **context))
    session.run(render(f"vault/{plan.pattern}/decide.sql", **context))
    resolve(session, plan, context)
    written = session.run(_insert_sql(plan, context))
    if context["keeps_written"]:
        session.run(render("vault/written_rows.sql", **context))
    _quarantine(session, plan)
    batches = _record_applied(session, context, run_id)
    scope = {"first": context["first"], "last": context["last"]}
    audits = [*audits_of(plan, context), *(replace(a, parameters=scope) for a in extra_audits)]
    verdicts = evaluate(session, audits, blocking=True)
    refuse_failures(plan.table.label, verdicts)
    verdicts += [Verdict(audit, 0) for audit in audits if audit.name in known]
    audits = [audit for audit in audits if audit.name not in known]
    verdicts += evaluate(session, audits, blocking=False)
    return Loaded(
        plan.table.label,
        tuple(batches),
        written,
        rebuilt,
        tuple(session.statements),
        tuple(verdicts),
    )


def _shorten_batch_ids(session: Session) -> None:
    """Make the batches of `pending` an enumeration: every incoming row carries one of them."""
    session.run("drop type if exists pending_batch", note=False)
    session.run(
        "create temp type pending_batch as enum (select distinct batch_id from pending)", note=False
    )
    session.run(
        "create or replace temp table pending as "
        "select * replace (cast(batch_id as pending_batch) as batch_id) from pending",
        note=False,
    )


def _doubtful_parents(session: Session, plan: VaultPlan) -> tuple[ParentPlan, ...]:
    """Return the parents that may lack a key: others take it from the same rows, and have."""
    missing = (
        {row["table_name"] for row in session.rows(render("vault/fed_parents.sql", plan=plan))}
        if plan.parents
        else set()
    )
    return tuple(p for p in plan.parents if not p.fed or p.table.label in missing)


def _record_applied(session: Session, context: dict[str, Any], run_id: str) -> list[dict[str, Any]]:
    session.run(render("vault/outcomes.sql", **context))
    session.run(
        render("vault/record.sql", plan=context["plan"]),
        {"run_id": run_id, "applied_at": utc_now()},
        note=False,
    )
    return session.rows("select * from outcomes order by load_ts")


def _context(session: Session, plan: VaultPlan, *, affected: bool, alone: bool) -> dict[str, Any]:
    first, last = session.connection.execute(
        "select min(load_ts), max(load_ts) from pending"
    ).fetchall()[0]
    # The first load writes too many rows to keep them.
    keeps_written = plan.direct and bool(plan.touched) and not alone
    new_rows = "written_rows" if keeps_written else _new_rows(plan, first, last)
    return {
        **key_context(plan),
        **same_as_context(plan),
        "affected": affected,
        # Whether the load writes the first rows of the table.
        "alone": alone,
        "once": not affected and keys_come_once(session, plan),
        "first": first,
        "last": last,
        "keeps_written": keeps_written,
        "new_rows": new_rows,
        "written": f"{quoted(plan.key)} in (select {_written_keys(plan)} from {new_rows})",
        "written_keys": _written_keys(plan),
        # `decide` has just found the keys of parents; a parent fed by the same rows has them as
        # soon as it has applied the batch. Runs without new rows judge the whole table.
        "relations": [r for r in plan.relations if r not in plan.parents and not r.fed],
    }


def _insert_sql(plan: VaultPlan, context: dict[str, Any]) -> str:
    if plan.direct:
        return render("vault/insert_direct.sql", **context)
    own = f"vault/{plan.pattern}/insert.sql"
    exists = (sql_folder() / own).is_file()
    return render(own if exists else "vault/insert.sql", **context)


def _quarantine(session: Session, plan: VaultPlan) -> None:
    if not session.value("select count(*) from decided where _outcome = 'quarantined'"):
        return
    for stage in dict.fromkeys(binding.stage for binding in plan.bindings):
        # One insert per table and transaction: see `insert_ghosts`.
        session.run(
            render(
                "vault/quarantine.sql",
                plan=plan,
                stage=stage,
                raw=", ".join(f"{quoted(c)} := s.{quoted(c)}" for c in stage.source_columns),
                details=[
                    (rank, _detail(binding))
                    for rank, binding in enumerate(plan.bindings)
                    if binding.stage == stage
                ],
            )
        )


def _detail(binding: BindingPlan) -> str:
    cases = " ".join(f"when {literal(reason)} then {text}" for reason, text in binding.details)
    return f"case d._reason {cases} end" if cases else "null"


def _new_rows(plan: VaultPlan, first: dt.datetime, last: dt.datetime) -> str:
    """Return a query of at least the rows that this load wrote."""
    if not plan.direct:
        return "(select * from decided where _outcome = 'inserted')"
    span = f"between {dialect.timestamp(first)} and {dialect.timestamp(last)}"
    return f"(select * from {plan.table.sql} where load_ts {span})"


def _written_keys(plan: VaultPlan) -> str:
    return plan.options.get("written_keys", quoted(plan.key))

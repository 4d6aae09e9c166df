"""Build PITs and bridges: the snapshots that are missing or no longer right, in one transaction."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vault_assets.errors import TargetError
from vault_assets.hashing import sql_literal
from vault_assets.loading.audits import Audit, Verdict, evaluate, refuse_failures
from vault_assets.loading.registering import utc_now
from vault_assets.loading.repairing import EARLIEST, REPLAY
from vault_assets.loading.snapshots import SnapshotsAdded, add_snapshots
from vault_assets.loading.stored import stored_columns
from vault_assets.loading.tables import ensure_registry, ensure_table
from vault_assets.model import Warehouse
from vault_assets.sql.dialect import timestamp
from vault_assets.sql.query_plans import QueryPlan, bridge_plan, pit_plan
from vault_assets.sql.registry import PARTITIONS
from vault_assets.sql.templates import CheckTemplate, check_templates, render
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

Times = tuple[dt.datetime, ...]


@dataclass(frozen=True)
class Built:
    """What became of a PIT or bridge.

    Args:
        table: `layer.name`.
        built: Snapshots that were built, because they were missing or not right any more.
        dropped: Snapshots that are no longer active.
        waiting: Active snapshots whose tables lack a batch; what was built of them stays.
        rows_written: Rows added to the table.
        statements: The SQL that ran.
        verdicts: What the audits found.
    """

    table: str
    built: Times = ()
    dropped: Times = ()
    waiting: Times = ()
    rows_written: int = 0
    statements: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


def build_pit(
    lake: Target,
    warehouse: Warehouse,
    name: str,
    *,
    run_id: str,
    extra_audits: Sequence[Audit] = (),
) -> Built:
    """Build the active snapshots that a PIT lacks, and those whose rows have changed since.

    A snapshot is built only when the hub or link and the satellites have applied every batch up to
    it; until then it waits. Partitions of snapshots that are no longer active are dropped.

    Args:
        lake: The warehouse's lake.
        warehouse: The declaration.
        name: The PIT.
        run_id: Written beside the snapshots that are built.
        extra_audits: Audits beyond those of the pattern.

    Raises:
        TargetError: A table that it reads does not exist yet.
        AuditsFailedError: A blocking audit failed; the table is as it was.
    """
    return _build(lake, pit_plan(warehouse, name, warehouse.pits[name]), run_id, extra_audits)


def build_bridge(
    lake: Target,
    warehouse: Warehouse,
    name: str,
    *,
    run_id: str,
    extra_audits: Sequence[Audit] = (),
) -> Built:
    """Build the active snapshots that a bridge lacks or that have changed; as `build_pit`."""
    plan = bridge_plan(warehouse, name, warehouse.bridges[name])
    return _build(lake, plan, run_id, extra_audits)


def build_query_table(
    lake: Target,
    warehouse: Warehouse,
    name: str,
    *,
    run_id: str,
    extra_audits: Sequence[Audit] = (),
) -> Built | SnapshotsAdded:
    """Build a PIT or bridge, or add the snapshots of a snapshot control up to now."""
    if name in warehouse.pits:
        return build_pit(lake, warehouse, name, run_id=run_id, extra_audits=extra_audits)
    if name in warehouse.bridges:
        return build_bridge(lake, warehouse, name, run_id=run_id, extra_audits=extra_audits)
    now = utc_now()
    return add_snapshots(
        lake, warehouse, name, until=now, reference=now.date(), extra_audits=extra_audits
    )


def query_checks(plan: QueryPlan) -> list[CheckTemplate]:
    """Return the checks of a PIT or bridge: those of its pattern, then those of both."""
    return [*check_templates(f"query/{plan.pattern}"), *check_templates("query")]


def _build(lake: Target, plan: QueryPlan, run_id: str, extra_audits: Sequence[Audit]) -> Built:
    def unit(session: Session) -> Built:
        ensure_registry(session)
        _require_tables(session, plan)
        _ensure_partitioned(session, plan)
        states = _states(session, plan)
        due = [s for s in states if s["is_complete"] and s["built_from"] != s["stored_from"]]
        gone = [s for s in states if s["built_from"] is None]
        _forget(session, plan, [s for s in (*due, *gone) if s["stored_from"] is not None])
        rows = _insert(session, plan, due, run_id)
        return Built(
            plan.table.label,
            _times(due),
            _times(gone),
            _times(s for s in states if s["built_from"] is not None and not s["is_complete"]),
            rows,
            tuple(session.statements),
            judge(session, plan, due, extra_audits),
        )

    return lake.transaction([plan.table.label], unit)


def _times(states: Any) -> Times:
    return tuple(state["snapshot_ts"] for state in states)


def _require_tables(session: Session, plan: QueryPlan) -> None:
    for table in (plan.snapshots, *(read.table for read in plan.reads)):
        if not stored_columns(session, table):
            raise TargetError(
                f"{table.label}, which it reads, does not exist yet",
                where=plan.table.label,
                fix="Load that table first.",
            )


def _ensure_partitioned(session: Session, plan: QueryPlan) -> None:
    """Create the table; make it anew if its columns have changed, for it is derived."""
    stored = list(stored_columns(session, plan.table))
    if stored and stored != [column.name for column in plan.table.columns]:
        session.run(f"drop table {plan.table.sql}")
        session.run(
            f"delete from {PARTITIONS.sql} where table_name = $table", {"table": plan.table.label}
        )
        stored = []
    if not stored:
        ensure_table(session, plan.table)
        kind = session.value(
            "select type from duckdb_databases() where database_name = current_database()"
        )
        if kind == "ducklake":
            # One file or more per snapshot: replacing a snapshot drops its files, no row is read.
            session.run(f"alter table {plan.table.sql} set partitioned by (snapshot_ts)")


def _states(session: Session, plan: QueryPlan) -> list[dict[str, Any]]:
    definition = _insert_sql(plan, [EARLIEST, EARLIEST])
    return session.rows(
        render("query/state.sql", plan=plan, partitions=PARTITIONS),
        {
            "definition": hashlib.md5(definition.encode(), usedforsecurity=False).hexdigest(),
            "replay": REPLAY,
            "now": utc_now(),
        },
    )


def _insert_sql(plan: QueryPlan, snapshots: Sequence[dt.datetime]) -> str:
    unknown = sql_literal(plan.reads[0].rules.unknown)
    return render(
        f"query/{plan.pattern}/insert.sql", plan=plan, snapshots=snapshots, unknown=unknown
    )


def _forget(session: Session, plan: QueryPlan, states: Sequence[Mapping[str, Any]]) -> None:
    if states:
        for table in (plan.table, PARTITIONS):
            session.run(
                render("query/forget.sql", plan=plan, table=table, snapshots=_times(states))
            )


def _insert(
    session: Session, plan: QueryPlan, states: Sequence[Mapping[str, Any]], run_id: str
) -> int:
    if not states:
        return 0
    rows = session.run(_insert_sql(plan, _times(states)))
    session.run(
        render(
            "query/record.sql",
            plan=plan,
            partitions=PARTITIONS,
            states=states,
            scope=_scope("snapshot_ts", states),
        ),
        {"run_id": run_id, "built_at": utc_now()},
        note=False,
    )
    return rows


def _scope(column: str, states: Sequence[Mapping[str, Any]]) -> str:
    times = ", ".join(timestamp(state["snapshot_ts"]) for state in states)
    return f"{column} in ({times})" if states else "false"


def judge(
    session: Session,
    plan: QueryPlan,
    states: Sequence[Mapping[str, Any]],
    extra_audits: Sequence[Audit],
) -> tuple[Verdict, ...]:
    """Judge the snapshots that were built; checks of the whole table do so at every run."""
    context = {"plan": plan, "partitions": PARTITIONS, "scope": _scope("snapshot_ts", states)}
    shipped = [
        Audit(
            template.name,
            render(template.path, **context),
            template.description,
            blocking=template.blocking,
            severity=template.severity,
        )
        for template in query_checks(plan)
    ]
    scope = {"first": states[0]["snapshot_ts"], "last": states[-1]["snapshot_ts"]} if states else {}
    audits = [*shipped, *(replace(a, parameters=scope) for a in extra_audits)]
    verdicts = evaluate(session, audits, blocking=True)
    refuse_failures(plan.table.label, verdicts)
    return (*verdicts, *evaluate(session, audits, blocking=False))

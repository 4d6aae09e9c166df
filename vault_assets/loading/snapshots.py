"""Snapshot control: add snapshots, and decide which of them stay active."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vault_assets.errors import DeclarationError
from vault_assets.loading.audits import Audit, Verdict, evaluate, refuse_failures
from vault_assets.loading.stored import stored_columns
from vault_assets.loading.tables import ensure_registry, ensure_table
from vault_assets.model import Warehouse
from vault_assets.model.names import nearest
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.query_plans import snapshots_table
from vault_assets.sql.registry import BATCHES, PARTITIONS
from vault_assets.sql.templates import CheckTemplate, check_templates, render
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target


@dataclass(frozen=True)
class SnapshotsAdded:
    """What became of a snapshot control.

    Args:
        table: `layer.name`.
        added: The snapshots that are new.
        active: All snapshots that are active now, in order.
        statements: The SQL that ran.
        verdicts: What the audits found.
    """

    table: str
    added: tuple[dt.datetime, ...]
    active: tuple[dt.datetime, ...]
    statements: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


def add_snapshots(
    lake: Target,
    warehouse: Warehouse,
    name: str,
    *,
    times: Sequence[dt.datetime] = (),
    until: dt.datetime | None = None,
    reference: dt.date,
    extra_audits: Sequence[Audit] = (),
) -> SnapshotsAdded:
    """Add snapshots, and decide anew which are active.

    Args:
        lake: The warehouse's lake.
        warehouse: The declaration.
        name: The snapshot control.
        times: Snapshots to add, in UTC without zone; those that exist stay.
        until: Add the declared snapshots up to this time: the declared times, and the beginning of
            each declared period since `start`, else since the first batch.
        reference: The day from which the rules count back.
        extra_audits: Audits beyond those of the pattern.

    Raises:
        DeclarationError: The warehouse declares no such snapshot control.
        AuditsFailedError: A blocking audit failed; nothing was written.
    """
    _refuse_unknown(warehouse, name)
    declared = warehouse.snapshots[name]
    table = snapshots_table(warehouse, name)
    given = {*times, *(time for time in declared.times if until and time <= until)}

    def unit(session: Session) -> SnapshotsAdded:
        ensure_registry(session)
        ensure_table(session, table)
        start = declared.start or session.value(f"select min(load_ts) from {BATCHES.sql}")
        every = declared.every if until and start else None
        session.run(
            render(
                "query/snapshots/judge.sql",
                table=table,
                every=every,
                offset=f"interval '{declared.offset_hours} hour'",
                start=start,
                until=until,
                reference=dt.datetime.combine(reference, dt.time.min),
                rules=list(declared.keep.rules()),
            ),
            {"times": sorted(given)},
        )
        added = _times(session, f"from judged anti join {table.sql} using (snapshot_ts)")
        _store(session, table)
        active = _times(session, "from judged where is_active")
        audits = [*_audits(table), *extra_audits]
        verdicts = evaluate(session, audits, blocking=True)
        refuse_failures(table.label, verdicts)
        verdicts += evaluate(session, audits, blocking=False)
        session.connection.execute("drop table if exists judged")
        return SnapshotsAdded(
            table.label, added, active, tuple(session.statements), tuple(verdicts)
        )

    return lake.transaction([table.label], unit)


def listed_snapshots(lake: Target, warehouse: Warehouse, name: str) -> list[dict[str, Any]]:
    """Return the snapshots of a snapshot control in order, with the tables that hold each.

    Raises:
        DeclarationError: The warehouse declares no such snapshot control.
    """
    _refuse_unknown(warehouse, name)
    session, table = lake.session(), snapshots_table(warehouse, name)
    if not stored_columns(session, table):
        return []
    if not stored_columns(session, PARTITIONS):
        lake.transaction([table.label], ensure_registry)
    tables = [
        f"vault.{other}"
        for other, query in (*warehouse.pits.items(), *warehouse.bridges.items())
        if query.snapshots == name
    ]
    return session.rows(
        "select s.snapshot_ts, s.is_active, s.is_latest, s.matched_rule, "
        "string_agg(p.table_name, ', ' order by p.table_name) as built_in "
        f"from {table.sql} as s left join {PARTITIONS.sql} as p "
        "on p.snapshot_ts = s.snapshot_ts and list_contains($tables, p.table_name) "
        "group by all order by s.snapshot_ts",
        {"tables": tables},
    )


def _refuse_unknown(warehouse: Warehouse, name: str) -> None:
    if name not in warehouse.snapshots:
        raise DeclarationError(
            f"no snapshot control {name!r}: {nearest(name, warehouse.snapshots)}",
            where=warehouse.name,
        )


def snapshot_checks() -> Iterable[CheckTemplate]:
    """Return the checks that come with a snapshot control."""
    return check_templates("query/snapshots")


def _audits(table: TablePlan) -> list[Audit]:
    return [
        Audit(
            template.name,
            render(template.path, table=table),
            template.description,
            blocking=template.blocking,
            severity=template.severity,
        )
        for template in snapshot_checks()
    ]


def _store(session: Session, table: TablePlan) -> None:
    """Replace the rows by the judged ones, unless they are the same."""
    columns = ", ".join(column.sql for column in table.columns)
    changed = session.value(
        f"select count(*) from ((select {columns} from judged except from {table.sql}) "
        f"union all (from {table.sql} except select {columns} from judged))"
    )
    if changed:
        session.run(f"delete from {table.sql}")
        session.run(f"insert into {table.sql} by name select * from judged")


def _times(session: Session, rows: str) -> tuple[dt.datetime, ...]:
    found = session.rows(f"select snapshot_ts {rows} order by snapshot_ts")
    return tuple(row["snapshot_ts"] for row in found)

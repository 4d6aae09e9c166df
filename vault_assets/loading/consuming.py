"""What marts by partition and by key have consumed: new batches, and those to be built again."""

from vault_assets.loading.registering import utc_now
from vault_assets.loading.repairing import REPLAY
from vault_assets.loading.tables import ensure_registry
from vault_assets.model import Warehouse
from vault_assets.model.partitions import BATCHES
from vault_assets.sql.feeding import feeds_of
from vault_assets.sql.mart_tables import mart_table
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.registry import APPLIED
from vault_assets.sql.templates import declared_sql, render
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

NEW = "new_batches"
"""The temp table that a mart's query `changed` reads."""


def forget_consumed(lake: Target, warehouse: Warehouse) -> None:
    """Let the next build of every mart by partition or by key build all of it."""
    labels = [warehouse.mart_label(name) for name, mart in warehouse.marts.items() if mart.changes]
    if labels:
        sql = f"delete from {APPLIED.sql} where list_contains($tables, table_name)"

        def unit(session: Session) -> None:
            ensure_registry(session)
            session.run(sql, {"tables": labels})

        lake.transaction(labels, unit)


def find_batches(session: Session, warehouse: Warehouse, name: str) -> None:
    """Fill temp table `mart_batches`: the staged batches of the mart's stages, judged.

    And make `new_batches`, empty: `changed` cannot be described without it.
    """
    sql = render(
        "mart/batches.sql",
        label=mart_table(warehouse, name).label,
        reads=sorted(feeds_of(warehouse, name)),
        marts=[warehouse.mart_label(other) for other in warehouse.marts],
        stage_layer=warehouse.stage_layer,
    )
    session.run(sql, {"replay": REPLAY}, note=False)
    _list_new(session, "false")


def consumed_anew(session: Session) -> bool:
    """Whether all of a mart is in doubt: nothing was consumed, or a batch has other rows now."""
    return session.value(
        "select coalesce(bool_or(is_again), false) or not coalesce(bool_or(is_consumed), false) "
        f"from {BATCHES}"
    )


def list_new(session: Session, *, whole: bool) -> bool:
    """Fill temp table `new_batches`, with all batches if the whole mart is built.

    Returns:
        Whether there is anything to build.
    """
    _list_new(session, "true" if whole else "is_new")
    return whole or bool(session.value(f"select count(*) from {NEW}"))


def changed_text(changed: str) -> str:
    """Return the text of a mart's query `changed`."""
    return declared_sql(changed).rstrip().rstrip(";")


def record(session: Session, table: TablePlan, run_id: str) -> None:
    """Record that a mart has consumed the new batches."""
    if session.value(f"select bool_or(is_new and is_consumed) from {BATCHES}"):
        session.run(
            f"delete from {APPLIED.sql} where table_name = $table and batch_id in "
            f"(select batch_id from {BATCHES} where is_new)",
            {"table": table.label},
            note=False,
        )
    session.run(
        render("mart/record.sql", label=table.label),
        {"run_id": run_id, "applied_at": utc_now()},
        note=False,
    )


def _list_new(session: Session, condition: str) -> None:
    session.run(
        f"create or replace temp table {NEW} as "
        "select source, batch_id, load_ts, from_key, records, loaded "
        f"from {BATCHES} where {condition}",
        note=False,
    )

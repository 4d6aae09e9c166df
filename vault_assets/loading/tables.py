"""Create tables, and let them grow with the declaration; refuse what would break their history."""

from vault_assets.errors import TargetError
from vault_assets.model.names import quoted
from vault_assets.sql import dialect
from vault_assets.sql.plans import StagePlan, TablePlan, VaultPlan
from vault_assets.sql.registry import TABLES
from vault_assets.sql.stages import hash_expressions
from vault_assets.sql.templates import render
from vault_assets.targets.session import Session

_SAME = {"integer": {"BIGINT"}, "text": {"VARCHAR"}, "timestamptz": {"TIMESTAMP WITH TIME ZONE"}}


def ensure_registry(session: Session) -> None:
    """Create the registry's tables if they are missing."""
    for table in TABLES:
        ensure_table(session, table)


def stored_columns(session: Session, table: TablePlan) -> dict[str, str]:
    """Return name: type of the columns that the table has; empty if there is no table."""
    rows = session.rows(
        "select column_name, data_type from duckdb_columns() "
        "where database_name = current_database() and schema_name = $schema "
        "and table_name = $table order by column_index",
        {"schema": table.layer, "table": table.name},
    )
    return {row["column_name"]: row["data_type"] for row in rows}


def ensure_table(session: Session, table: TablePlan) -> list[str]:
    """Create the table, or add the columns that it lacks.

    Returns:
        The names of added columns; all of them if the table is new.

    Raises:
        TargetError: A stored column has another type than declared.
    """
    stored = stored_columns(session, table)
    if not stored:
        session.run(f"create schema if not exists {quoted(table.layer)}", note=False)
        session.run(render("vault/create_table.sql", table=table), note=False)
        return [column.name for column in table.columns]
    added = []
    for column in table.columns:
        if column.name not in stored:
            kind = dialect.sql_type(column.type)
            session.run(f"alter table {table.sql} add column {column.sql} {kind}", note=False)
            added.append(column.name)
        elif not _fits(stored[column.name], column.type.kind, dialect.sql_type(column.type)):
            raise TargetError(
                f"column {column.name!r} is declared {column.type} but stored as "
                f"{stored[column.name]}",
                where=table.label,
                fix="Give the changed column a new name, or undo the change of type.",
            )
    return added


def _fits(stored: str, kind: str, declared: str) -> bool:
    return stored in _SAME.get(kind, {declared.upper()})


def ensure_stage(session: Session, plan: StagePlan) -> None:
    """Create the stage and its quarantine; compute hashes that the declaration has gained."""
    ensure_table(session, plan.quarantine)
    existed = bool(stored_columns(session, plan.table))
    added = ensure_table(session, plan.table)
    hashes = {item.name: item for item in plan.hashes}
    fill = [hashes[name] for name in added if name in hashes]
    if existed and fill:
        session.run(render("stage/rehash.sql", plan=plan, hashes=hash_expressions(fill)))


def ensure_vault(session: Session, plan: VaultPlan) -> None:
    """Create the vault table with its ghost rows, or let it grow at the end of its payload.

    Raises:
        TargetError: The declaration inserts, reorders, drops or retypes a hashed column: rows to
            come would hash differently from those stored.
    """
    stored = stored_columns(session, plan.table)
    if stored:
        _refuse_rehash(plan, list(stored))
    ensure_table(session, plan.table)
    if not stored:
        session.run(render("vault/ghosts.sql", plan=plan, ghost_keys=plan.ghost_keys), note=False)


def _refuse_rehash(plan: VaultPlan, stored: list[str]) -> None:
    declared = [column.name for column in plan.table.columns if column.hashed]
    known = {column.name for column in plan.table.columns}
    gone = [name for name in stored if name not in known]
    kept = [name for name in stored if name in declared]
    if gone or declared[: len(kept)] != kept:
        change = f"drops {', '.join(gone)}" if gone else "inserts or reorders hashed columns"
        raise TargetError(
            f"the declaration {change}: existing rows would hash differently",
            where=plan.table.label,
            fix="New columns go to the end of the payload; or declare a new table beside it.",
        )

"""Create tables, and let them grow with the declaration; refuse what would break their history."""

from collections.abc import Collection, Sequence

from vault_assets.errors import TargetError
from vault_assets.model.names import literal, quoted
from vault_assets.sql import dialect
from vault_assets.sql.plans import Hash, StagePlan, TablePlan, VaultPlan
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


def ensure_stage(session: Session, plan: StagePlan, *, rehash: bool = False) -> None:
    """Create the stage and its quarantine; compute hashes that the declaration has gained.

    Args:
        session: In a transaction that locks the stage.
        plan: The stage.
        rehash: Whether hashes may change: kept rows are hashed anew, as by a rebuild of the vault.

    Raises:
        TargetError: As `ensure_table`; or a hash would be computed from other columns than in the
            rows kept so far, and `rehash` is off.
    """
    ensure_table(session, plan.quarantine)
    known = set(stored_columns(session, plan.table))
    changed = changed_hashes(session, plan)
    if not rehash:
        refuse_other_hashes(plan, changed)
    added = set(ensure_table(session, plan.table))
    new = [item for item in plan.hashes if item.name in added]
    # Columns that are new are NULL in kept rows: at the end of a payload they change no hash.
    fill = [*new, *(h for h, before in changed if not _appends(h, before, beyond=known))]
    if known and fill:
        session.run(render("stage/rehash.sql", plan=plan, hashes=hash_expressions(fill)))
    for item in {*new, *(item for item, _ in changed)}:
        _define(session, plan, item)


def require_stage(session: Session, plan: StagePlan) -> None:
    """Make sure that the rows of a stage are hashed as declared; a missing stage is created empty.

    Raises:
        TargetError: The stage has to be loaded first, for the declaration has changed.
    """
    stored = stored_columns(session, plan.table)
    if not stored:
        ensure_stage(session, plan)
        return
    missing = [column.name for column in plan.table.columns if column.name not in stored]
    missing += [item.name for item, _ in changed_hashes(session, plan)]
    if missing:
        raise TargetError(
            f"the declaration has changed {', '.join(map(repr, missing))} since it was loaded",
            where=plan.table.label,
            fix="Load this stage first: that brings its kept rows up to date.",
        )


def changed_hashes(session: Session, plan: StagePlan) -> list[tuple[Hash, str]]:
    """Return the stored hash columns that are declared otherwise, with their definition so far.

    The definition of a hash, its kind and columns, is the comment of its column.
    """
    rows = session.rows(
        "select column_name, comment from duckdb_columns() "
        "where database_name = current_database() and schema_name = $schema "
        "and table_name = $table",
        {"schema": plan.table.layer, "table": plan.table.name},
    )
    comments = {row["column_name"]: row["comment"] for row in rows}
    return [
        (item, comments[item.name])
        for item in plan.hashes
        if comments.get(item.name) and comments[item.name] != _definition(item)
    ]


def refuse_other_hashes(plan: StagePlan, changed: Sequence[tuple[Hash, str]]) -> None:
    """Refuse definitions of hashes that would not fit the vault; a payload may grow at its end.

    Raises:
        TargetError: With the first such hash.
    """
    for item, before in changed:
        if not _appends(item, before):
            raise TargetError(
                f"{item.name!r} is declared as {_definition(item)} but kept rows have {before}: "
                "keys or payloads in the vault would no longer match",
                where=plan.table.label,
                fix="Undo the change, declare a new table beside the old one, or accept new hashes "
                "everywhere with `vault-assets rebuild`.",
            )


def _definition(item: Hash) -> str:
    return f"{item.kind} of {', '.join(column for column, _ in item.parts)}"


def _appends(item: Hash, before: str, beyond: Collection[str] = ()) -> bool:
    """Whether a payload has only grown at its end, by columns not among `beyond`."""
    if item.kind != "hashdiff" or not _definition(item).startswith(f"{before}, "):
        return False
    grown = _definition(item).removeprefix(f"{before}, ").split(", ")
    return not set(grown) & set(beyond)


def _define(session: Session, plan: StagePlan, item: Hash) -> None:
    column = f"{plan.table.sql}.{quoted(item.name)}"
    session.run(f"comment on column {column} is {literal(_definition(item))}", note=False)


def ensure_vault(session: Session, plan: VaultPlan) -> None:
    """Create the vault table with its ghost rows, or let it grow at the end of its payload.

    Raises:
        TargetError: The declaration inserts, reorders, drops or retypes a column: rows to come
            would hash differently from those stored. Or it takes a name that loads need. Or a
            parent has not been loaded.
    """
    stored = stored_columns(session, plan.table)
    _refuse_own_names(plan)
    _require_parents(session, plan)
    if stored:
        _refuse_rehash(plan, list(stored))
    ensure_table(session, plan.table)
    if not stored:
        session.run(render("vault/ghosts.sql", plan=plan, ghost_keys=plan.ghost_keys), note=False)


def _refuse_own_names(plan: VaultPlan) -> None:
    names = [column.name for column in plan.table.columns]
    for name in names:
        if name.startswith("_") or name == "row_no" or names.count(name) > 1:
            raise TargetError(
                f"column {name!r} has a name that loads need for themselves",
                where=plan.table.label,
                fix="Give the vault column another name: {new_name: column of the stage}.",
            )


def _require_parents(session: Session, plan: VaultPlan) -> None:
    for relation in plan.relations:
        if not stored_columns(session, relation.table):
            raise TargetError(
                f"its parent {relation.table.label} does not exist yet",
                where=plan.table.label,
                fix="Load the parent first.",
            )


def _refuse_rehash(plan: VaultPlan, stored: list[str]) -> None:
    known = [column.name for column in plan.table.columns]
    hashed = [column.name for column in plan.table.columns if column.hashed]
    gone = [name for name in stored if name not in known]
    new = [name for name in known if name not in stored]
    kept = [name for name in stored if name in hashed]
    # A payload may grow at its end. The parts of a key may not: every key would be another.
    described = any(name == "hashdiff" for name, _ in plan.bindings[0].columns)
    allowed = all((name in hashed) == described for name in new)
    if gone or not allowed or hashed[: len(kept)] != kept:
        change = f"drops {', '.join(gone)}" if gone else "inserts or reorders hashed columns"
        raise TargetError(
            f"the declaration {change}: existing rows would not fit rows to come",
            where=plan.table.label,
            fix="New columns go to the end of a payload; or declare a new table beside it.",
        )

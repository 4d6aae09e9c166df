"""Create tables, and let them grow with the declaration; refuse what would break their history."""

from collections.abc import Mapping

from vault_assets.errors import TargetError
from vault_assets.hashing import sql_literal
from vault_assets.loading.hash_definitions import (
    appends,
    changed_hashes,
    define,
    define_rules,
    definition,
    refuse_other_hashes,
    refuse_other_rules,
)
from vault_assets.loading.layouts import ensure_layout
from vault_assets.loading.null_keys import refuse_kept_placeholders
from vault_assets.loading.stored import (
    Columns,
    by_table,
    ensure_schema,
    stored_catalog,
    stored_columns,
    stored_tables,
)
from vault_assets.model.names import quoted
from vault_assets.model.query_references import VIEWS
from vault_assets.sql import dialect
from vault_assets.sql.plans import Hash, StagePlan, TablePlan, VaultPlan
from vault_assets.sql.registry import TABLES
from vault_assets.sql.stages import hash_expressions
from vault_assets.sql.templates import render
from vault_assets.sql.views import view_plans
from vault_assets.targets.session import Session

_COMPLETE = "complete"
_SAME = {"integer": {"BIGINT"}, "text": {"VARCHAR"}, "timestamptz": {"TIMESTAMP WITH TIME ZONE"}}


def ensure_registry(session: Session) -> None:
    """Create the registry's tables if they are missing."""
    layer = TABLES[0].layer
    if session.facts.get(layer) == _COMPLETE:
        return
    stored = stored_tables(session, layer)
    added = [_ensure(session, table, stored.get(table.name, {})) for table in TABLES]
    if not any(added):
        session.facts[layer] = _COMPLETE


def ensure_table(session: Session, table: TablePlan) -> list[str]:
    """Create the table, or add the columns that it lacks.

    Returns:
        The names of added columns; all of them if the table is new.

    Raises:
        TargetError: A stored column has another type than declared.
    """
    return _ensure(session, table, stored_columns(session, table))


def _ensure(session: Session, table: TablePlan, stored: Columns) -> list[str]:
    session.declare(table)
    if not stored:
        ensure_schema(session, table.layer)
        session.run(render("vault/create_table.sql", table=table), note=False)
        ensure_layout(session, table, table.layout, created=True)
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
        rehash: Whether hashes may change: kept rows are hashed anew, for a rebuild of the vault.

    Raises:
        TargetError: As `ensure_table`; or a hash would be computed from other columns than in the
            rows kept so far, and `rehash` is off; or a kept row holds a placeholder of a key.
    """
    for prejoin in () if rehash else plan.prejoins:
        require_stage(session, prejoin.stage)
    comments = _stored_comments(session, plan.table)
    changed = changed_hashes(plan, comments)
    if rehash:
        _drop_retyped(session, plan)
    else:
        refuse_other_hashes(plan, changed)
    ensure_table(session, plan.quarantine)
    added = set(ensure_table(session, plan.table))
    new = [
        item for item in plan.hashes if item.name in added or _was_killed(session, comments, item)
    ]
    # Columns that are new are NULL in kept rows: at the end of a payload they change no hash.
    kept = [change for change in changed if change[0].name not in added]
    stale = [change[0] for change in kept if not appends(change, beyond=comments)]
    derived = [item for item in plan.derived if item[0] in added]
    if comments and derived:
        session.run(render("stage/rehash.sql", plan=plan, hashes=derived))
    if comments and (new or stale):
        refuse_kept_placeholders(session, plan)
        hashes = hash_expressions([*new, *stale])
        session.run(render("stage/rehash.sql", plan=plan, hashes=hashes))
    for item in plan.hashes:
        if comments.get(item.name) != definition(item):
            define(session, plan, item)


def _was_killed(session: Session, comments: Mapping[str, str | None], item: Hash) -> bool:
    """Whether a column was added by a load that did not live to fill and define it."""
    return session.defines_alone and item.name in comments and not comments[item.name]


def _drop_retyped(session: Session, plan: StagePlan) -> None:
    """Drop hashes of another width; they are added again and computed from the kept rows."""
    stored = stored_columns(session, plan.table)
    for column in plan.table.columns:
        kind = stored.get(column.name)
        is_hash = any(item.name == column.name for item in plan.hashes)
        if is_hash and kind and not _fits(kind, column.type.kind, dialect.sql_type(column.type)):
            session.run(f"alter table {plan.table.sql} drop column {column.sql}", note=False)


def require_stage(session: Session, plan: StagePlan) -> None:
    """Make sure that the rows of a stage are as declared; a missing stage is created empty.

    Raises:
        TargetError: The stage has to be loaded first, for the declaration has changed; or, as
            `ensure_stage`, a hash has changed.
    """
    comments = _stored_comments(session, plan.table)
    if not comments:
        ensure_stage(session, plan)
        return
    changed = changed_hashes(plan, comments)
    refuse_other_hashes(plan, changed)
    missing = [column.name for column in plan.table.columns if column.name not in comments]
    missing += [item.name for item, _ in changed]
    if missing:
        raise TargetError(
            f"the declaration has changed {', '.join(map(repr, missing))} since it was loaded",
            where=plan.table.label,
            fix="Load this stage first: it brings its kept rows up to date.",
        )


def _stored_comments(session: Session, table: TablePlan) -> dict[str, str | None]:
    rows = stored_catalog(session, table.layer)
    return {r["column_name"]: r["comment"] for r in rows if r["table_name"] == table.name}


def ensure_vault(session: Session, plan: VaultPlan) -> bool:
    """Create the vault table, or let it grow at the end of its payload.

    Returns:
        Whether the table is new and its ghosts are still to be inserted, see `insert_ghosts`.

    Raises:
        TargetError: The declaration inserts, reorders, drops or retypes a column, or hashes by
            other rules: rows to come would hash differently from those stored. Or it takes a name
            that loads need. Or a parent has not been loaded.
    """
    rows = stored_catalog(session, plan.table.layer)
    tables = by_table(rows)
    stored = tables.get(plan.table.name, {})
    _refuse_own_names(plan)
    _require_parents(plan, tables)
    if stored:
        kept = (row["comment"] or "" for row in rows if row["table_name"] == plan.table.name)
        refuse_other_rules(plan, "".join(kept))  # only its key has a comment
        _refuse_rehash(plan, stored)
    _ensure(session, plan.table, stored)
    if not stored:
        define_rules(session, plan)
    _ensure_views(session, plan, tables)
    _ensure_master_view(session, plan, tables)
    _ensure_role_views(session, plan, tables)
    return not stored or (session.defines_alone and _is_empty(session, plan.table))


def _is_empty(session: Session, table: TablePlan) -> bool:
    """Whether a table has no rows, not even ghosts: its first load was killed, or was empty."""
    return not session.value(f"select count(*) from (select 1 from {table.sql} limit 1) as found")


def _ensure_views(session: Session, plan: VaultPlan, tables: Mapping[str, Columns]) -> None:
    """Create the table's views, or replace those whose columns are not the table's."""
    wanted = view_plans(plan)
    for view in wanted:
        if list(tables.get(view.view.name, ())) != view.columns:
            session.run(view.sql, note=False)
    if plan.history or "views" in plan.options:
        known = {f"{plan.table.name}_{kind}" for kind in VIEWS}
        for name in sorted(known & set(tables) - {view.view.name for view in wanted}):
            session.run(f"drop view {quoted(plan.table.layer)}.{quoted(name)}")


def _ensure_master_view(session: Session, plan: VaultPlan, tables: Mapping[str, Columns]) -> None:
    """Create the view of a same-as link; replace it when a table that it reads is new."""
    view = plan.options.get("master_view")
    if view is None:
        return
    columns = [view.hub_key, view.master]
    if plan.table.name not in tables or list(tables.get(view.view.name, ())) != columns:
        session.run(view.sql({*tables, plan.table.name}), note=False)


def _ensure_role_views(session: Session, plan: VaultPlan, tables: Mapping[str, Columns]) -> None:
    """Create the views of a hub's roles, or replace those whose columns are not the hub's."""
    for view in plan.options.get("role_views", ()):
        if list(tables.get(view.name, ())) != view.columns:
            session.run(view.sql, note=False)


def insert_ghosts(session: Session, plan: VaultPlan) -> None:
    """Insert the two ghost rows of a new table, after the rows of its first load.

    Before them, in one transaction, DuckLake would keep no bounds for columns in which ghosts are
    NULL, take those of the next transaction for the whole truth, and skip rows in queries.
    """
    session.run(
        render(
            "vault/ghosts.sql",
            plan=plan,
            ghost_keys=plan.ghost_keys,
            unknown=sql_literal(plan.rules.unknown),
            error=sql_literal(plan.rules.error),
        ),
        note=False,
    )


def _refuse_own_names(plan: VaultPlan) -> None:
    names = [column.name for column in plan.table.columns]
    for name in names:
        if name.startswith("_") or name == "row_no" or names.count(name) > 1:
            raise TargetError(
                f"column {name!r} has a name that loads need for themselves",
                where=plan.table.label,
                fix="Give the vault column another name: {new_name: column of the stage}.",
            )


def _require_parents(plan: VaultPlan, tables: Mapping[str, Columns]) -> None:
    needed = [("parent", relation.table) for relation in plan.relations]
    needed += [("satellite", table) for table in plan.options.get("satellites", ())]
    for kind, table in needed:
        if table.name not in tables:
            raise TargetError(
                f"its {kind} {table.label} does not exist yet",
                where=plan.table.label,
                fix=f"Load the {kind} first.",
            )


def _refuse_rehash(plan: VaultPlan, stored: Columns) -> None:
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

"""Give tables their declared layout, when they are created or the declaration has changed."""

from vault_assets.loading.stored import stored_columns
from vault_assets.model.layouts import Layout
from vault_assets.sql.plans import TablePlan
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

_MARK = "layout: "


def ensure_layout(
    session: Session, table: TablePlan, layout: Layout | None, *, created: bool = False
) -> bool:
    """Let new files of a table be laid out as declared; files that are there stay as they are.

    A table's comment says which layout it has: an alteration is a change of the schema, which
    loads without one are spared. An empty layout takes partitions and order away.

    Args:
        session: In a transaction that locks the table.
        table: The table.
        layout: As declared.
        created: Whether the same transaction has made the table.

    Returns:
        Whether the table was altered.
    """
    if layout is None or not _is_ducklake(session):
        return False
    wanted = _wanted(layout)
    if session.facts.get(table.label) == wanted:
        return False
    comment = "" if created else _comments(session).get(table.label, "")
    if comment == wanted:
        return False
    if layout.partition_by or comment:
        _alter(session, table, "partitioned by", layout.partition_sql)
    if layout.sort_by or comment:
        _alter(session, table, "sorted by", layout.sort_sql)
    session.run(f"comment on table {table.sql} is '{wanted}'", note=False)
    return True


def change_layout(lake: Target, table: TablePlan, layout: Layout | None) -> None:
    """Change the layout of a table that is there, in a transaction of its own.

    One that also reads or writes the table after the change ends the process.
    """
    if layout is None:
        return
    session = lake.session()
    if session.facts.get(table.label) == _wanted(layout) or not stored_columns(session, table):
        return
    lake.transaction([table.label], lambda session: ensure_layout(session, table, layout))


def _wanted(layout: Layout) -> str:
    return f"{_MARK}partitioned by ({layout.partition_sql}), sorted by ({layout.sort_sql})"


def _comments(session: Session) -> dict[str, str]:
    """Return the comment of every table; the engine looks at all tables to tell one.

    So what it tells is kept as facts, for the other tables of a run.
    """
    rows = session.connection.execute(
        "select schema_name || '.' || table_name, comment from duckdb_tables() "
        "where database_name = current_database() and comment is not null"
    ).fetchall()
    session.facts.update(rows)
    return dict(rows)


def _alter(session: Session, table: TablePlan, what: str, items: str) -> None:
    change = f"set {what} ({items})" if items else f"reset {what}"
    session.run(f"alter table {table.sql} {change}")


def _is_ducklake(session: Session) -> bool:
    """Whether tables have files: those of a lake in memory have none."""
    kind = "select type from duckdb_databases() where database_name = current_database()"
    return session.value(kind) == "ducklake"

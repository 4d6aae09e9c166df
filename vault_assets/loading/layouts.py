"""Give tables their declared layout, when they are created or the declaration has changed."""

from vault_assets.loading.stored import stored_columns
from vault_assets.model.layouts import Layout
from vault_assets.sql.plans import TablePlan
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

_MARK = "layout: "


def ensure_layout(session: Session, table: TablePlan, layout: Layout | None) -> bool:
    """Let new files of a table be laid out as declared; files that are there stay as they are.

    A table's comment says which layout it has: an alteration is a change of the schema, which
    loads without one are spared. An empty layout takes partitions and order away.

    Returns:
        Whether the table was altered.
    """
    if layout is None or not _is_ducklake(session):
        return False
    wanted = f"{_MARK}partitioned by ({layout.partition_sql}), sorted by ({layout.sort_sql})"
    stored = session.connection.execute(
        "select comment from duckdb_tables() where database_name = current_database() "
        "and schema_name = $schema and table_name = $table",
        {"schema": table.layer, "table": table.name},
    ).fetchone()
    comment = (stored and stored[0]) or ""
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
    if layout is None or not stored_columns(lake.session(), table):
        return
    lake.transaction([table.label], lambda session: ensure_layout(session, table, layout))


def _alter(session: Session, table: TablePlan, what: str, items: str) -> None:
    change = f"set {what} ({items})" if items else f"reset {what}"
    session.run(f"alter table {table.sql} {change}")


def _is_ducklake(session: Session) -> bool:
    """Whether tables have files: those of a lake in memory have none."""
    kind = "select type from duckdb_databases() where database_name = current_database()"
    return session.value(kind) == "ducklake"

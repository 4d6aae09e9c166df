"""Create the view of a mart that stores no rows."""

import hashlib
from collections.abc import Sequence

from vault_assets.loading.audits import Audit, evaluate, refuse_failures
from vault_assets.loading.stored import ensure_schema, stored_columns, stored_views
from vault_assets.loading.writing import Written
from vault_assets.model import Warehouse
from vault_assets.model.names import literal
from vault_assets.sql.mart_tables import mart_table
from vault_assets.sql.mart_views import VIEW_AS, described_call, view_statements
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.tracing import mart_sql
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

_MARK = "definition: "


def create_view(
    lake: Target, warehouse: Warehouse, name: str, audits: Sequence[Audit] = ()
) -> Written:
    """Create or replace the view of a mart, with parameters as a table macro beside it.

    Raises:
        AuditsFailedError: A blocking audit failed; the view is as it was.
        TargetError: The query cannot be read.
    """
    mart = warehouse.marts[name]
    table = mart_table(warehouse, name)
    statements = view_statements(table, mart, mart_sql(warehouse, name))

    def unit(session: Session) -> Written:
        ensure_schema(session, table.layer)
        _drop_table(session, table)
        if not _is_current(session, table, statements):
            for statement in statements:
                session.run(statement)
            _mark(session, table, statements)
        rows = session.rows(f"describe {described_call(table, mart)}")
        verdicts = evaluate(session, audits, blocking=True)
        refuse_failures(table.label, verdicts)
        verdicts += evaluate(session, audits, blocking=False)
        columns = {row["column_name"]: row["column_type"] for row in rows}
        return Written(table.label, 0, columns, tuple(session.statements), tuple(verdicts))

    return lake.transaction([table.label], unit)


def _is_current(session: Session, table: TablePlan, statements: Sequence[str]) -> bool:
    """Whether the view is as it would be created: a change of the schema makes all reads slower."""
    stored = stored_views(session, table.layer).get(table.name, "")
    return stored.startswith(_MARK) and stored == _definition(session, statements)


def _mark(session: Session, table: TablePlan, statements: Sequence[str]) -> None:
    """Let the view's comment say what it was made from; what is only called has no comment."""
    if table.name in stored_views(session, table.layer):
        wanted = _definition(session, statements)
        session.run(f"comment on view {table.sql} is {literal(wanted)}", note=False)


def _definition(session: Session, statements: Sequence[str]) -> str:
    """Return a fingerprint of a view and of the columns that its query has by now."""
    columns = session.rows(f"describe {statements[-1].partition(VIEW_AS)[2]}")
    told = "\n".join([*statements, *(f"{c['column_name']} {c['column_type']}" for c in columns)])
    return f"{_MARK}{hashlib.md5(told.encode(), usedforsecurity=False).hexdigest()}"


def _drop_table(session: Session, table: TablePlan) -> None:
    """Drop the rows that a mart has stored before it became a view."""
    if stored_columns(session, table) and table.name not in stored_views(session, table.layer):
        session.run(f"drop table {table.sql}")

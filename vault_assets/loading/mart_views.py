"""Create the view of a mart that stores no rows."""

from collections.abc import Sequence

from vault_assets.loading.audits import Audit, evaluate, refuse_failures
from vault_assets.loading.writing import Written
from vault_assets.model import Warehouse
from vault_assets.model.names import quoted
from vault_assets.sql.mart_tables import mart_table
from vault_assets.sql.mart_views import described_call, view_statements
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.tracing import mart_sql
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target


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
        session.run(f"create schema if not exists {quoted(table.layer)}", note=False)
        _drop_table(session, table)
        for statement in statements:
            session.run(statement)
        rows = session.rows(f"describe {described_call(table, mart)}")
        verdicts = evaluate(session, audits, blocking=True)
        refuse_failures(table.label, verdicts)
        verdicts += evaluate(session, audits, blocking=False)
        columns = {row["column_name"]: row["column_type"] for row in rows}
        return Written(table.label, 0, columns, tuple(session.statements), tuple(verdicts))

    return lake.transaction([table.label], unit)


def _drop_table(session: Session, table: TablePlan) -> None:
    """Drop the rows that a mart has stored before it became a view."""
    stored = session.value(
        "select count(*) from duckdb_tables() where database_name = current_database() "
        "and schema_name = $schema and table_name = $table",
        {"schema": table.layer, "table": table.name},
    )
    if stored:
        session.run(f"drop table {table.sql}")

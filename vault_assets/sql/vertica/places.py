"""Names of tables in statements."""

from sqlglot import exp

from vault_assets.model.names import quoted
from vault_assets.sql.vertica.twin import Table


def place_of(table: exp.Expr) -> Table:
    """Return the schema and the name of the table that a statement names."""
    found = table if isinstance(table, exp.Table) else table.find(exp.Table)
    assert found is not None  # noqa: S101  the statement names a table
    return (found.db or None, found.name)


def name_of(table: Table) -> str:
    """Return the name of a table as SQL."""
    return ".".join(quoted(part) for part in table if part)

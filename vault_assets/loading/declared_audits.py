"""Audits written by hand in a declaration."""

from vault_assets.loading.audits import Audit
from vault_assets.model import Table
from vault_assets.sql.templates import read_sql


def declared_audits(table: Table) -> list[Audit]:
    """Return the audits of a table's `checks`, their SQL read from its file if it names one."""
    return [
        Audit(
            name,
            read_sql(check.sql) if check.sql.endswith(".sql") else check.sql,
            check.description,
            blocking=check.blocking,
            severity=check.severity,
        )
        for name, check in table.checks.items()
    ]

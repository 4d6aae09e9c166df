"""Audits written by hand in a declaration."""

from vault_assets.loading.audits import Audit
from vault_assets.model import Table
from vault_assets.sql.templates import declared_sql


def declared_audits(table: Table) -> list[Audit]:
    """Return the audits of a table's `checks`, their SQL read from its file if it names one."""
    return [
        Audit(
            name,
            declared_sql(check.sql),
            check.description,
            blocking=check.blocking,
            severity=check.severity,
        )
        for name, check in table.checks.items()
    ]

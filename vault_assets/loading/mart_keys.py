"""The check that a mart's key is unique: over all rows, or over those that a build has written."""

import re
from collections.abc import Sequence
from dataclasses import replace

from vault_assets.loading.audits import Audit
from vault_assets.model import Warehouse
from vault_assets.model.incremental import WRITTEN_ROWS
from vault_assets.model.names import quoted
from vault_assets.sql.mart_tables import mart_table
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.registry import REFRESHED
from vault_assets.targets.session import Session

KEY_UNIQUE = "key_unique"
_WRITTEN = re.compile(rf"\b{WRITTEN_ROWS}\b")


def mart_audits(warehouse: Warehouse, name: str) -> list[Audit]:
    """Return the audits that a mart's declaration implies: its key is unique and never NULL."""
    mart, table = warehouse.marts[name], mart_table(warehouse, name).sql
    return [_audit(mart.key, f"select {key_text(mart.key)} from {table}")] if mart.key else []


def of_all_rows(audits: Sequence[Audit], table: TablePlan) -> list[Audit]:
    """Return audits of a mart by key that read all its rows as those that a build has written."""
    return [replace(audit, sql=_WRITTEN.sub(table.sql, audit.sql)) for audit in audits]


def written_audit(
    warehouse: Warehouse, name: str, written: str, divided_by: Sequence[str]
) -> Audit:
    """Return the audit of a mart's key over the rows that a build has written.

    If the key was unique before, a key that comes twice is one of a written row.

    Args:
        warehouse: The declaration.
        name: The mart; it declares a key.
        written: SQL after `from`: the rows that were written.
        divided_by: Columns that divide the mart; rows that differ in one are apart.
    """
    mart, table = warehouse.marts[name], mart_table(warehouse, name).sql
    keys = key_text(mart.key)
    rows = f"select {keys} from {written}"
    if set(divided_by) <= set(mart.key):
        return _audit(mart.key, rows)
    missing = " or ".join(f"{quoted(column)} is null" for column in mart.key)
    with_others = f"select {keys} from {table} where ({keys}) in ({rows})"
    without = f"select {keys} from ({rows}) as written where {missing}"
    return _audit(mart.key, f"{with_others} union all {without}")


def proved_key(session: Session, table: TablePlan) -> str | None:
    """Return the key that builds of a mart have found unique over all rows; None: no build yet."""
    return session.value(
        f"select max_by(coalesce(unique_key, ''), refreshed_at) from {REFRESHED.sql} "
        "where table_name = $table",
        {"table": table.label},
    )


def key_text(key: Sequence[str]) -> str:
    """Return a key as the registry has it."""
    return ", ".join(map(quoted, key))


def _audit(key: Sequence[str], rows: str) -> Audit:
    keys = key_text(key)
    missing = " or ".join(f"{quoted(column)} is null" for column in key)
    sql = (
        f"select {keys}, count(*) as rows_with_this_key from ({rows}) "
        f"group by {keys} having count(*) > 1 or {missing}"
    )
    return Audit(KEY_UNIQUE, sql, "Every row has its own key.", blocking=True)

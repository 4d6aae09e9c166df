"""Audits: queries for wrong rows, evaluated before the commit where they block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from vault_assets.errors import AuditError, TargetError
from vault_assets.loading.stored import stored_columns
from vault_assets.sql.registry import OBJECTS, PART
from vault_assets.targets.session import Session

SAMPLE = 10
_COUNT = "wrong_rows_in_all"


@dataclass(frozen=True)
class Audit:
    """A query that returns the wrong rows.

    Args:
        name: Name of the asset check.
        sql: The query; no rows = passed.
        description: What a passed check means.
        blocking: Evaluated in the transaction; a failure rolls it back.
        severity: `error` or `warn`.
        parameters: Values bound in the query.
    """

    name: str
    sql: str
    description: str = ""
    blocking: bool = False
    severity: str = "error"
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What an audit found: how many rows are wrong, and the first of them."""

    audit: Audit
    failed_rows: int
    sample: Sequence[Mapping[str, Any]] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return self.failed_rows == 0


class AuditsFailedError(AuditError):
    """Blocking audits failed; carries every verdict of the transaction that was rolled back."""

    def __init__(self, table: str, verdicts: Sequence[Verdict]) -> None:
        self.verdicts = tuple(verdicts)
        failed = [v for v in verdicts if not v.passed and v.audit.blocking]
        names = ", ".join(f"{v.audit.name} ({v.failed_rows} rows)" for v in failed)
        super().__init__(
            f"rolled back, blocking checks failed: {names}{_first_place(failed)}.",
            where=table,
            fix="The table is as it was before. The checks' metadata names rows, batch and file.",
        )


def _first_place(failed: Sequence[Verdict]) -> str:
    """Return file, line and column of the first wrong row, where a check knows the line."""
    rows = [row for verdict in failed for row in verdict.sample if row.get("row_no") is not None]
    if not rows:
        return ""
    row = rows[0]
    place = [f"{row.get('object_key') or row.get('batch_id')}", f"line {row['row_no']}"]
    place += [f"column {row['column_name']}"] if row.get("column_name") else []
    return f"; the first in {', '.join(place)}"


def evaluate(session: Session, audits: Sequence[Audit], *, blocking: bool) -> list[Verdict]:
    """Run the audits that block, or those that do not."""
    return [_verdict(session, audit) for audit in audits if audit.blocking == blocking]


def _verdict(session: Session, audit: Audit) -> Verdict:
    """Run one audit; rows that name a batch are completed by the file that it came from."""
    query = audit.sql.rstrip().rstrip(";")
    used = {name: value for name, value in audit.parameters.items() if f"${name}" in query}
    try:
        # One pass: a count of its own would run a failing query again.
        sample = session.rows(
            f"select *, count(*) over () as {_COUNT} from (\n{query}\n) as wrong_rows "
            f"limit {SAMPLE}",
            used,
        )
        count = max((row.pop(_COUNT) for row in sample), default=0)
    except (duckdb.TransactionException, duckdb.IOException):
        raise
    except duckdb.Error as error:
        raise TargetError(f"the check's query fails: {error}", where=audit.name) from error
    if sample and "batch_id" in sample[0]:
        _name_files(session, sample)
    return Verdict(audit, count, sample)


def _name_files(session: Session, rows: list[dict[str, Any]]) -> None:
    """Add the object that each row came from; of several objects, the row's own."""
    sql = "select batch_id, object_key, null as position from registry.batches"
    if stored_columns(session, OBJECTS):
        sql += f" union all select batch_id, object_key, position from {OBJECTS.sql}"
    files = session.rows(
        f"select * from ({sql}) as files where list_contains($ids, batch_id)",
        {"ids": [str(row["batch_id"]) for row in rows]},
    )
    keys = {(row["batch_id"], row["position"]): row["object_key"] for row in files}
    for row in rows:
        batch_id, row_no = row["batch_id"], row.get("row_no")
        position = row_no // PART if isinstance(row_no, int) else None
        row["object_key"] = keys.get((batch_id, position)) or keys.get((batch_id, None))


def refuse_failures(table: str, verdicts: Sequence[Verdict]) -> None:
    """Raise if a blocking audit of severity error failed.

    Raises:
        AuditsFailedError: With all verdicts; the caller's transaction must roll back.
    """
    if any(v.audit.blocking and v.audit.severity == "error" and not v.passed for v in verdicts):
        raise AuditsFailedError(table, verdicts)

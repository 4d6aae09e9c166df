"""What the Dagster UI shows of a table: columns, lineage, counters, SQL, samples of wrong rows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from vault_assets.loading.audits import Verdict
from vault_assets.loading.vault import COUNTERS
from vault_assets.model import Source
from vault_assets.sql import dialect
from vault_assets.sql.plans import TablePlan

TEXT_LIMIT = 20_000


def column_schema(table: TablePlan) -> dg.TableSchema:
    """Return the columns of a planned table."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                dialect.sql_type(column.type),
                description=column.description or None,
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in table.columns
        ]
    )


def source_schema(source: Source) -> dg.TableSchema:
    """Return the columns of a source's files."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name,
                str(column.type),
                description=column.description or None,
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable, unique=column.unique
                ),
                tags=dict.fromkeys(column.tags, ""),
            )
            for name, column in source.columns.items()
        ]
    )


def described_schema(columns: Mapping[str, str], about: Mapping[str, str]) -> dg.TableSchema:
    """Return the columns of a table as the database described them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(name, kind.lower(), description=about.get(name))
            for name, kind in columns.items()
        ]
    )


def lineage(pairs: Mapping[str, Iterable[tuple[dg.AssetKey, str]]]) -> dg.TableColumnLineage:
    """Return column lineage from {column: (asset, column of it)...}; each pair counts once."""
    return dg.TableColumnLineage(
        {
            column: [
                dg.TableColumnDep(asset_key=key, column_name=name)
                for key, name in dict.fromkeys(deps)
            ]
            for column, deps in pairs.items()
        }
    )


def sql_text(statements: Sequence[str]) -> dg.MetadataValue:
    """Return the SQL that ran as a code block."""
    text = ";\n\n".join(statements)
    if len(text) > TEXT_LIMIT:
        text = text[:TEXT_LIMIT] + "\n-- shortened"
    return dg.MetadataValue.md(f"```sql\n{text}\n```")


def records(rows: Sequence[Mapping[str, Any]]) -> dg.MetadataValue:
    """Return small rows as a table."""
    if not rows:
        return dg.MetadataValue.text("none")
    return dg.MetadataValue.table(
        [dg.TableRecord({name: _cell(value) for name, value in row.items()}) for row in rows]
    )


def counters(batches: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the totals of a load's counters, and its batches as a table."""
    totals = {name: sum(batch[name] for batch in batches) for name in COUNTERS}
    return {**totals, "batches": records(batches)}


def check_result(key: dg.AssetKey, verdict: Verdict) -> dg.AssetCheckResult:
    """Return the verdict of an audit as the result of its asset check."""
    metadata: dict[str, Any] = {"failed_rows": verdict.failed_rows}
    if verdict.sample:
        first = verdict.sample[0]
        metadata["rows"] = records(verdict.sample)
        for name in ("batch_id", "object_key"):
            if first.get(name):
                metadata[name] = str(first[name])
    if verdict.audit.sql:
        metadata["sql"] = sql_text([verdict.audit.sql])
    return dg.AssetCheckResult(
        passed=verdict.passed,
        asset_key=key,
        check_name=verdict.audit.name,
        severity=dg.AssetCheckSeverity.WARN
        if verdict.audit.severity == "warn"
        else dg.AssetCheckSeverity.ERROR,
        description=verdict.audit.description or None,
        metadata=metadata,
    )


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return json.dumps(value) if isinstance(value, dict | list) else str(value)

"""Marts as assets: what a run may ask of them, and what the UI shows of their partitions.

Assets of marts by partition have no partitions in Dagster: a run without a partition key fails
where one such asset reads another, and a job takes assets of one grain only.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from vault_assets.loading.audits import Audit
from vault_assets.loading.exporting import EXPORT_EQUALS
from vault_assets.loading.keyed import ONLY_CHANGED_KEYS
from vault_assets.loading.marts import Written, mart_audits
from vault_assets.loading.partitioned import ONLY_CHANGED
from vault_assets.model import Warehouse
from vault_assets.orchestration.metadata import described_schema, records, sql_text

SHOWN = 400


def mart_config(warehouse: Warehouse, name: str) -> Mapping[str, Any] | None:
    """Return the config of a mart's op: the partitions to build, or all keys."""
    mart = warehouse.marts[name]
    if mart.changes is None:
        return None
    given = "2024-05-01, 2024-05-01...2024-05-31 or all" if mart.partition else "all"
    return {
        "partitions": dg.Field(
            dg.Noneable(str),
            is_required=False,
            default_value=None,
            description=f"{given}; default: what new batches touch.",
        )
    }


def implied_audits(warehouse: Warehouse, name: str) -> list[Audit]:
    """Return the audits that a mart's declaration implies: they become checks of its asset."""
    mart = warehouse.marts[name]
    return [
        *([ONLY_CHANGED] if mart.partition else ()),
        *([ONLY_CHANGED_KEYS] if mart.incremental else ()),
        *mart_audits(warehouse, name),
        *([EXPORT_EQUALS] if mart.export else ()),
    ]


def mart_metadata(warehouse: Warehouse, name: str, written: Written) -> dict[str, Any]:
    """Return what the UI shows of a mart that was built."""
    found = {
        "dagster/column_schema": described_schema(written.columns, warehouse.marts[name].columns),
        "sql": sql_text(written.statements),
    }
    if warehouse.marts[name].export:
        found["exports"] = records(
            [{"key": e.key, "rows": e.rows, "bytes": e.size} for e in written.exports[:SHOWN]]
        )
    if written.keys is not None:
        return found | {"rows_written": written.rows, "keys_built": written.keys}
    if written.partitions is None:
        return found
    stored = [
        {"partition": str(value), "rows": rows, "built": value in set(written.partitions)}
        for value, rows in written.stored_partitions
    ]
    return found | {
        "rows_written": written.rows,
        "partitions_built": len(written.partitions),
        "partitions_stored": len(stored),
        f"newest_{SHOWN}_partitions": records(stored[:SHOWN]),
    }

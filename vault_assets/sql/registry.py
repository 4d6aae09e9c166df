"""The registry's tables: batches, what has applied them, and what went wrong."""

from vault_assets.model.types import ColumnType
from vault_assets.sql.plans import INTEGER, TEXT, TIMESTAMP, ColumnPlan, TablePlan

PART = 10_000_000_000
"""Rows of the object at position p have the numbers p * PART + line."""


def _required(name: str, declared: ColumnType, description: str) -> ColumnPlan:
    return ColumnPlan(name, declared, nullable=False, description=description)


BATCHES = TablePlan(
    "registry",
    "batches",
    (
        _required("batch_id", TEXT, "The batch."),
        _required("source", TEXT, "Name of the source."),
        _required("kind", TEXT, "full or delta."),
        _required("object_key", TEXT, "Key below the landing root."),
        _required("etag", TEXT, "Version of the content."),
        _required("size", INTEGER, "Bytes."),
        _required("modified", TIMESTAMP, "When the object was written."),
        _required("load_ts", TIMESTAMP, "Load time: unique and increasing."),
        ColumnPlan("duplicate_of", TEXT, description="Earlier batch of the same content."),
        ColumnPlan("parent_batch_id", TEXT, description="The batch whose rows it releases."),
    ),
    "Every landed object, once.",
)

APPLIED = TablePlan(
    "registry",
    "applied",
    (
        _required("table_name", TEXT, "The table: layer.name."),
        _required("stage", TEXT, "The stage that the rows came from."),
        _required("batch_id", TEXT, "The batch."),
        _required("load_ts", TIMESTAMP, "Load time of the batch."),
        _required("run_id", TEXT, "The run that applied it."),
        _required("rows_in", INTEGER, "Rows that came in."),
        _required("inserted", INTEGER, "Rows that are new."),
        _required("unchanged", INTEGER, "Rows that say what is known."),
        _required("duplicate", INTEGER, "Rows that repeat another of the batch."),
        _required("quarantined", INTEGER, "Rows that could not enter."),
        _required("applied_at", TIMESTAMP, "When."),
        ColumnPlan("note", TEXT, description="What else is worth knowing, as JSON."),
    ),
    "Which table has applied which batch, written in the transaction of its rows.",
)

FAILURES = TablePlan(
    "registry",
    "failures",
    (
        _required("batch_id", TEXT, "The batch."),
        _required("status", TEXT, "failed (tried again), rejected or missing (final)."),
        _required("reason", TEXT, "What went wrong."),
        _required("run_id", TEXT, "The run that tried."),
        _required("failed_at", TIMESTAMP, "When."),
    ),
    "Attempts to stage a batch that did not succeed.",
)

REWRITTEN = TablePlan(
    "registry",
    "rewritten",
    (
        _required("table_name", TEXT, "The table: layer.name."),
        _required("since", TIMESTAMP, "Load time of the earliest rows that may have changed."),
        _required("rewritten_at", TIMESTAMP, "When."),
    ),
    "Changes of a table's past that no applied batch tells of: orphans that came or went.",
)

PARTITIONS = TablePlan(
    "registry",
    "partitions",
    (
        _required("table_name", TEXT, "The PIT or bridge: layer.name."),
        _required("snapshot_ts", TIMESTAMP, "The snapshot."),
        _required("built_from", TEXT, "Fingerprint of what its tables had applied by then."),
        _required("row_count", INTEGER, "Rows of the partition."),
        _required("run_id", TEXT, "The run that built it."),
        _required("built_at", TIMESTAMP, "When."),
    ),
    "Which snapshots a PIT or bridge holds, written in the transaction of their rows.",
)

RELEASED = TablePlan(
    "registry",
    "released",
    (
        _required("parent_batch_id", TEXT, "The batch that the row came with."),
        _required("row_no", INTEGER, "Its number there."),
        _required("batch_id", TEXT, "The batch that it was released as."),
    ),
    "Quarantined rows that were released, written in the transaction of the new batch.",
)

APPROVALS = TablePlan(
    "registry",
    "approvals",
    (
        _required("batch_id", TEXT, "The batch."),
        _required("approved_by", TEXT, "Who."),
        _required("approved_at", TIMESTAMP, "When."),
        _required("reason", TEXT, "Why."),
    ),
    "Batches that may close more keys at once than their tables allow.",
)

OBJECTS = TablePlan(
    "registry",
    "objects",
    (
        _required("batch_id", TEXT, "The batch."),
        _required("position", INTEGER, "Its place among the objects of the batch, from 0."),
        _required("object_key", TEXT, "Key below the landing root."),
        _required("etag", TEXT, "Version of the content."),
        _required("size", INTEGER, "Bytes."),
        _required("modified", TIMESTAMP, "When the object was written."),
    ),
    "The objects of batches that consist of several.",
)

EXPORTS_DUE = TablePlan(
    "registry",
    "exports_due",
    (
        _required("table_name", TEXT, "The mart: layer.name."),
        ColumnPlan("partition_value", TEXT, description="The partition; none: the whole mart."),
        _required("due_at", TIMESTAMP, "When it was built."),
    ),
    "Files that are older than the partitions they show, until they are written.",
)

REFRESHED = TablePlan(
    "registry",
    "refreshed",
    (
        _required("table_name", TEXT, "The mart: layer.name."),
        _required("refreshed_at", TIMESTAMP, "When the build began."),
        ColumnPlan(
            "changed_at", TIMESTAMP, description="When rows were written; none: nothing new."
        ),
        _required("inputs", TEXT, "Tables behind it, with blanks between them."),
        ColumnPlan("unique_key", TEXT, description="The key that its rows were found to have."),
    ),
    "Builds of marts, written in the transaction of their rows.",
)

TABLES = (
    BATCHES,
    APPLIED,
    FAILURES,
    REWRITTEN,
    PARTITIONS,
    RELEASED,
    APPROVALS,
    OBJECTS,
    EXPORTS_DUE,
    REFRESHED,
)

SELDOM_WRITTEN = (FAILURES, OBJECTS, REWRITTEN)
"""Tables that most loads read and few write."""

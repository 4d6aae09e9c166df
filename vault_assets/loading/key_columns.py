"""Columns of a stage that are taken from the key of the object, such as the date of a folder."""

from collections.abc import Mapping

from vault_assets.errors import BatchError
from vault_assets.landing.batches import Batch
from vault_assets.loading.ready_rows import JoinedRows, ReadyRows
from vault_assets.model import Source
from vault_assets.model.keys import value_of
from vault_assets.model.names import literal, quoted
from vault_assets.sql.dialect import sql_type
from vault_assets.sql.registry import BATCHES
from vault_assets.targets.session import Session


def key_values(session: Session, source: Source, batch: Batch) -> dict[str, str]:
    """Return {column: text} of the columns that every row of a batch takes from its object's key.

    Released rows take them from the key of the object that they were delivered in.

    Args:
        session: A session; the registry exists if the batch was released.
        source: The source of the batch.
        batch: The batch.

    Raises:
        BatchError: The key has no such part, or it is no value of the column's type.
    """
    if not source.key_columns:
        return {}
    key = _delivered_key(session, batch)
    found = {}
    for name, column in source.key_columns.items():
        text = value_of(column.from_key or "", key)
        kind = sql_type(column.type)
        value = "select try_cast(cast($text as varchar) as " + kind + ")"
        if text is None or session.value(value, {"text": text}) is None:
            raise BatchError(
                f"{text!r} is not {column.type}" if text else f"the key has no {name}",
                where=f"{batch.batch_id}, column {name!r}, key {key}",
                fix=f"Land the object under a key that {column.from_key!r} finds.",
            )
        found[name] = text
    return found


def _delivered_key(session: Session, batch: Batch) -> str:
    key, parent = batch.object_key, batch.parent_batch_id
    while parent is not None:
        (row,) = session.rows(
            f"select object_key, parent_batch_id from {BATCHES.sql} where batch_id = $batch_id",
            {"batch_id": parent},
        )
        key, parent = row["object_key"], row["parent_batch_id"]
    return key


def with_key_columns(source: Source, values: Mapping[str, str], ready: ReadyRows) -> ReadyRows:
    """Return the rows with these columns; without any, as they are."""
    if not values:
        return ready
    added = ", ".join(
        f"cast({literal(text)} as {sql_type(source.derived[name].type)}) as {quoted(name)}"
        for name, text in values.items()
    )
    return JoinedRows(
        rows=f"(select *, {added} from {ready.rows})",
        quarantined=ready.quarantined,
        records=ready.records,
        loaded=ready.loaded,
        rejected=ready.rejected,
        unknown_columns=ready.unknown_columns,
        refusal=ready.refusal,
        header=ready.header,
    )

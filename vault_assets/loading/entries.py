"""Entries: register a batch that comes with an id and a load time, or that gets them here."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal, get_args

from vault_assets.errors import BatchError
from vault_assets.landing.batches import Batch, batch_name, naive, next_load_ts
from vault_assets.loading.ready_rows import ReadyRows
from vault_assets.loading.registering import insert_batches, utc_now
from vault_assets.sql.registry import BATCHES
from vault_assets.targets.session import Session

Kind = Literal["full", "delta"]
_GHOST = "ghost"


@dataclass(frozen=True)
class Entry:
    """How a batch is registered.

    Args:
        load_ts: Its load time (without zone: UTC); default: now, and later than every other.
        record_source: Value of record_source; default: the declared one.
        batch_id: Its id; default: `<source>-<load_ts as digits>`.
        kind: `full` or `delta`, for the registry; default: the source's delivery.
        late: Whether `load_ts` may be earlier than that of the source's newest batch.
        parent_batch_id: The batch whose quarantined rows it releases.
    """

    load_ts: dt.datetime | None = None
    record_source: str | None = None
    batch_id: str | None = None
    kind: Kind | None = None
    late: bool = False
    parent_batch_id: str | None = None


def register_entry(
    session: Session, source: str, entry: Entry, ready: ReadyRows, *, file: str = "", size: int = 0
) -> Batch:
    """Write a batch into the registry.

    Load times that are given are unique and increasing within their source: a history has one
    source, and a delivery of several sources may carry one time. Those of the clock are later than
    every other of the warehouse.

    Args:
        session: In a transaction that locks the registry.
        source: Name of the source.
        entry: How; its kind is known.
        ready: The rows, whose content tells whether an earlier batch had the same.
        file: Name of the file, if it was one.
        size: Bytes of the file.

    Raises:
        BatchError: The load time or the id is taken, or the load time is not the newest.
    """
    _refuse_entry(source, entry)
    load_ts = _load_ts(session, source, entry)
    batch_id = entry.batch_id or batch_name(source, load_ts)
    if batch_id == _GHOST or _count(session, "batch_id = $value", batch_id):
        raise BatchError(f"there is a batch {batch_id!r} already", fix="Give another batch_id.")
    batch = Batch(
        batch_id=batch_id,
        source=source,
        kind=entry.kind or "delta",
        object_key=f"rows/{batch_id}/{file}".rstrip("/"),
        etag=_content(session, ready),
        size=size,
        modified=utc_now(),
        load_ts=load_ts,
        parent_batch_id=entry.parent_batch_id,
    )
    batch = replace(batch, duplicate_of=_same_content(session, batch))
    insert_batches(session, [batch])
    return batch


def refuse_time(session: Session, source: str, load_ts: dt.datetime, *, late: bool) -> None:
    """Refuse a given load time that the registry cannot take.

    Args:
        session: A session; the registry exists.
        source: Name of the source.
        load_ts: UTC without zone.
        late: Whether it may be earlier than that of the newest batch.

    Raises:
        BatchError: A batch of the source has it, or a newer batch exists and `late` is off.
    """
    at = {"source": source, "load_ts": load_ts}
    taken = session.rows(
        f"select batch_id from {BATCHES.sql} "
        "where source = $source and load_ts = cast($load_ts as timestamp)",
        at,
    )
    if taken:
        raise BatchError(
            f"batch {taken[0]['batch_id']!r} has the load time {load_ts} already",
            where=source,
            fix="Batches of a source have different times: add a microsecond.",
        )
    newer = session.value(
        f"select max(load_ts) from {BATCHES.sql} "
        "where source = $source and load_ts > cast($load_ts as timestamp)",
        at,
    )
    if newer is not None and not late:
        raise BatchError(
            f"the load time {load_ts} is earlier than {newer} of the newest batch",
            where=source,
            fix="Add batches in order, or say late=True if it is late indeed.",
        )


def _refuse_entry(source: str, entry: Entry) -> None:
    if entry.load_ts is not None and not isinstance(entry.load_ts, dt.datetime):
        raise BatchError(
            f"the load time {entry.load_ts!r} is no datetime",
            where=source,
            fix="Give a datetime: in UTC, or with its zone.",
        )
    if entry.kind not in (None, *get_args(Kind)):
        raise BatchError(f"{entry.kind!r} is no kind of batch", where=source, fix="full or delta.")


def _load_ts(session: Session, source: str, entry: Entry) -> dt.datetime:
    if entry.load_ts is None:
        last = session.value(f"select max(load_ts) from {BATCHES.sql}")
        return next_load_ts(utc_now(), last)
    load_ts = naive(entry.load_ts)
    refuse_time(session, source, load_ts, late=entry.late)
    return load_ts


def _content(session: Session, ready: ReadyRows) -> str:
    """Return a short text that equal contents share."""
    parts = " union all ".join(
        f"select bit_xor(hash(t)) as part from (select * from {view}) as t"
        for view in (ready.rows, ready.quarantined)
    )
    found = session.value(f"select coalesce(bit_xor(part), 0) from ({parts})")
    return f"{ready.records}-{found:016x}"


def _same_content(session: Session, batch: Batch) -> str | None:
    return session.value(
        f"select min_by(batch_id, load_ts) from {BATCHES.sql} "
        "where source = $source and etag = $etag and size = $size",
        {"source": batch.source, "etag": batch.etag, "size": batch.size},
    )


def _count(session: Session, condition: str, value: str) -> int:
    return session.value(f"select count(*) from {BATCHES.sql} where {condition}", {"value": value})

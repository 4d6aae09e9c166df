"""Batches: one landed object each, with an id and a strictly increasing load time."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

TICK = dt.timedelta(microseconds=1)


class Listed(Protocol):
    """What listing the store tells of an object."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def etag(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def modified(self) -> dt.datetime: ...  # noqa: D102


@dataclass(frozen=True)
class Batch:
    """A row of the registry.

    Args:
        batch_id: `<source>-<load_ts as digits>`: readable, unique, sorted by time.
        source: Name of the source.
        kind: `full` or `delta`.
        object_key: Key below the landing root.
        etag: Version of the object's content, as the store gives it.
        size: Bytes.
        modified: When the store says it was written (UTC, no zone).
        load_ts: Load time (UTC, no zone): unique and increasing in a warehouse.
        duplicate_of: An earlier batch of the source with the same content, if any.
        parent_batch_id: The batch whose quarantined rows it releases, if it does.
    """

    batch_id: str
    source: str
    kind: str
    object_key: str
    etag: str
    size: int
    modified: dt.datetime
    load_ts: dt.datetime
    duplicate_of: str | None = None
    parent_batch_id: str | None = None


Item = TypeVar("Item", bound=Listed)


def naive(time: dt.datetime) -> dt.datetime:
    """Return a time in UTC without its zone, as the database stores it."""
    return time.astimezone(dt.UTC).replace(tzinfo=None) if time.tzinfo else time


def unregistered(listed: Iterable[Item], known: Mapping[str, str]) -> list[Item]:
    """Return the objects that are no batch yet, in the order they were written, then by key.

    An object is known if the newest batch of its key has its etag: contents A, B, A under one key
    are three batches, A uploaded twice in a row is one.

    Args:
        listed: The objects in the store.
        known: Key: etag of its newest batch.
    """
    fresh = [item for item in listed if known.get(item.key) != item.etag]
    return sorted(fresh, key=lambda item: (naive(item.modified), item.key))


def next_load_ts(now: dt.datetime, last: dt.datetime | None) -> dt.datetime:
    """Return the next load time: the clock's, or the last one + 1 µs if the clock is not past it.

    Args:
        now: Current time (UTC, no zone).
        last: Largest load time given so far.
    """
    return now if last is None or now > last else last + TICK


def batch_name(source: str, load_ts: dt.datetime) -> str:
    """Return the id of a batch: readable, unique, sorted by time."""
    return f"{source}-{load_ts:%Y%m%d-%H%M%S-%f}"


def new_batches(
    objects: Sequence[tuple[str, str, Listed]],
    *,
    now: dt.datetime,
    last: dt.datetime | None,
    contents: dict[tuple[str, str, int], str],
) -> Iterator[Batch]:
    """Make a batch of each object, in the given order.

    Args:
        objects: (source, kind, object) of every object to register.
        now: Current time (UTC, no zone).
        last: Largest load time given so far; the next ones are later by at least 1 µs, also when
            the clock went back.
        contents: (source, etag, size) of earlier content: batch_id; extended on the way.
    """
    for source, kind, item in objects:
        load_ts = last = next_load_ts(now, last)
        batch_id = batch_name(source, load_ts)
        content = (source, item.etag, item.size)
        yield Batch(
            batch_id=batch_id,
            source=source,
            kind=kind,
            object_key=item.key,
            etag=item.etag,
            size=item.size,
            modified=naive(item.modified),
            load_ts=load_ts,
            duplicate_of=contents.get(content),
        )
        contents.setdefault(content, batch_id)

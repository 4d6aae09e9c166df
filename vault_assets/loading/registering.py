"""Register the objects of a source as batches: each version of each object once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from vault_assets.landing.batches import Batch, naive, new_batches, unregistered
from vault_assets.landing.groups import Grouped, grouped, markers_of
from vault_assets.landing.store import Object, Store
from vault_assets.loading.tables import ensure_registry
from vault_assets.model import Source, Warehouse
from vault_assets.sql.registry import OBJECTS
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

BATCHES_LOCK = "registry.batches"
_FIELDS = tuple(Batch.__dataclass_fields__)


@dataclass(frozen=True)
class Registered:
    """Result of looking for new objects of a source; `waiting` says which groups lack what."""

    source: str
    objects: int
    new: tuple[Batch, ...]
    waiting: tuple[str, ...] = ()


def utc_now() -> dt.datetime:
    """Return the time in UTC without zone."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def listed_objects(store: Store, source: Source) -> list[Object]:
    """Return the objects in the store that belong to the source, each once.

    Of a source with groups: an object for each complete group, see `grouped`.
    """
    return _listed(store, source)[0]


def _listed(store: Store, source: Source) -> tuple[list[Object], Grouped]:
    found = {item.key: item for pattern in source.objects for item in store.matching(pattern)}
    items = list(found.values())
    if source.group is None:
        return items, Grouped()
    groups = grouped(items, source.group, markers_of(store, source.objects, source.group))
    return [group.whole for group in groups.complete], groups


def register(lake: Target, store: Store, warehouse: Warehouse, source: str) -> Registered:
    """Register the objects of `source` that are no batch yet, in the order they were written.

    Returns:
        How many objects there are and the batches that are new.
    """
    declared = warehouse.sources[source]
    objects, groups = _listed(store, declared)
    known = lake.transaction([BATCHES_LOCK], lambda session: _known(session, source))
    if not unregistered(objects, known):
        return Registered(source, len(objects), (), groups.waiting)

    def unit(session: Session) -> tuple[Batch, ...]:
        fresh = unregistered(objects, _known(session, source))
        batches = tuple(
            new_batches(
                [(source, declared.delivery, item) for item in fresh],
                now=utc_now(),
                last=session.value("select max(load_ts) from registry.batches"),
                contents=_contents(session, source),
            )
        )
        insert_batches(session, batches)
        _insert_parts(session, batches, groups)
        return batches

    new = lake.transaction([BATCHES_LOCK], unit)
    return Registered(source, len(objects), new, groups.waiting)


def insert_batches(session: Session, batches: Sequence[Batch]) -> None:
    """Write rows into the registry, as Arrow, in one statement."""
    if not batches:
        return
    rows = pa.table({name: [getattr(batch, name) for batch in batches] for name in _FIELDS})
    session.connection.register("new_batches", rows)
    session.run("insert into registry.batches by name select * from new_batches", note=False)
    session.connection.unregister("new_batches")


def _insert_parts(session: Session, batches: Sequence[Batch], groups: Grouped) -> None:
    """Write the objects of batches that are groups."""
    parts = {group.whole.key: group.parts for group in groups.complete}
    rows = [
        (batch.batch_id, position, item.key, item.etag, item.size, naive(item.modified))
        for batch in batches
        for position, item in enumerate(parts.get(batch.object_key, ()))
    ]
    if rows:
        columns = zip(*rows, strict=True)
        names = [column.name for column in OBJECTS.columns]
        table = pa.table(dict(zip(names, map(list, columns), strict=True)))
        session.connection.register("new_objects", table)
        session.run(f"insert into {OBJECTS.sql} by name select * from new_objects", note=False)
        session.connection.unregister("new_objects")


def batch_objects(session: Session, batches: Sequence[Batch]) -> dict[str, list[Object]]:
    """Return for each batch, by its id, its objects in their order; mostly it is one."""
    rows = session.rows(
        f"select batch_id, object_key as key, etag, size, modified from {OBJECTS.sql} "
        "where list_contains($ids, batch_id) order by batch_id, position",
        {"ids": [batch.batch_id for batch in batches]},
    )
    found: dict[str, list[Object]] = {}
    for row in rows:
        found.setdefault(row.pop("batch_id"), []).append(Object(**row))
    for batch in batches:
        one = Object(batch.object_key, batch.etag, batch.size, batch.modified)
        found.setdefault(batch.batch_id, [one])
    return found


def _known(session: Session, source: str) -> dict[str, str]:
    ensure_registry(session)
    return newest_etags(session).get(source, {})


def newest_etags(session: Session) -> dict[str, dict[str, str]]:
    """Return for each source {object key: etag of its newest batch}."""
    rows = session.connection.execute(
        "select source, object_key, max_by(etag, load_ts) from registry.batches group by all"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for source, key, etag in rows:
        found.setdefault(source, {})[key] = etag
    return found


def _contents(session: Session, source: str) -> dict[tuple[str, str, int], str]:
    rows = session.connection.execute(
        "select source, etag, size, min_by(batch_id, load_ts) from registry.batches "
        "where source = $source group by all",
        {"source": source},
    ).fetchall()
    return {(name, etag, size): batch_id for name, etag, size, batch_id in rows}

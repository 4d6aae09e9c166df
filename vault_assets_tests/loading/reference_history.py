"""Satellites in plain Python: states, sets, events."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from vault_assets.hashing import hashdiff, set_hash
from vault_assets.model import MultiActiveSatellite, Satellite, Warehouse
from vault_assets_tests.loading.houses import Landed
from vault_assets_tests.loading.reference_keys import known_keys, parent_key
from vault_assets_tests.loading.reference_lines import (
    Expected,
    Item,
    in_file_order,
    lines_of,
    once,
    states,
    units,
)


def satellite(warehouse: Warehouse, table: Satellite, batches: Sequence[Landed]) -> Expected:
    found = Expected()
    in_order = in_file_order(warehouse, table)
    latest: dict[Any, uuid.UUID] = {}
    for key, group in units(_described(warehouse, table, batches, found)):
        number = 0
        for item in states(found, group, _digest, in_order=in_order):
            if latest.get(key) == _digest(item):
                found.judge(item.line, "unchanged")
                continue
            found.judge(item.line, "inserted")
            found.rows.append({**item.row, "load_seq": number})
            latest[key], number = _digest(item), number + 1
    return found


def multi_active(
    warehouse: Warehouse, table: MultiActiveSatellite, batches: Sequence[Landed]
) -> Expected:
    found = Expected()
    items = list(_described(warehouse, table, batches, found))
    if table.append_only:
        _events(found, items)
    else:
        _sets(found, items, tuple(table.child_keys))
    return found


def _events(found: Expected, items: list[Item]) -> None:
    last_seen: dict[tuple[Any, uuid.UUID], str] = {}
    for key, group in units(items):
        number = 0
        for item in group:
            event, batch_id = (key, _digest(item)), item.line.batch.batch_id
            if event not in last_seen:
                found.judge(item.line, "inserted")
                found.rows.append({**item.row, "load_seq": number})
                number += 1
            else:
                again = last_seen[event] == batch_id
                found.judge(item.line, "duplicate" if again else "unchanged")
            last_seen[event] = batch_id


def _sets(found: Expected, items: list[Item], child_keys: tuple[str, ...]) -> None:
    latest: dict[Any, uuid.UUID] = {}
    for key, group in units(items):
        digests = {_digest(item) for item in group}
        if len({tuple(item.row[child] for child in child_keys) for item in group}) < len(digests):
            for item in group:
                found.judge(item.line, "quarantined", "conflict")
            continue
        whole = set_hash(digests)
        for item in once(found, group, _digest):
            if latest.get(key) == whole:
                found.judge(item.line, "unchanged")
            else:
                found.judge(item.line, "inserted")
                found.rows.append({**item.row, "load_seq": 0, "set_hash": whole})
        latest[key] = whole


def _described(
    warehouse: Warehouse,
    table: Satellite | MultiActiveSatellite,
    batches: Sequence[Landed],
    found: Expected,
) -> Iterator[Item]:
    """Yield the rows that have a known key; refuse the others."""
    parent = warehouse.parent(table.parent)
    assert parent
    known = known_keys(warehouse, table.parent, batches) if table.orphans == "quarantine" else None
    children = table.child_keys if isinstance(table, MultiActiveSatellite) else {}
    origin = {**children, **table.payload}
    types = warehouse.stage_types(table.binding.stage)
    for line in lines_of(warehouse, table.binding.stage, batches):
        key = parent_key(warehouse, table.parent, line)
        if key is None:
            found.judge(line, "quarantined", f"null_key:{parent.hash_key}")
        elif known is not None and key not in known:
            found.judge(line, "quarantined", f"orphan:{parent.hash_key}")
        else:
            values = {column: line.values[source] for column, source in origin.items()}
            digest = hashdiff(list(values.values()), [types[source] for source in origin.values()])
            yield Item(
                key, line, {parent.hash_key: key, **values, "hashdiff": digest, **line.system}
            )


def _digest(item: Item) -> uuid.UUID:
    return item.row["hashdiff"]

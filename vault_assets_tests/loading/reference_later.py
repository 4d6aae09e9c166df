"""Record tracking, reference tables and effectivity by appearance in plain Python."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from vault_assets.hashing import hashdiff, key_hash
from vault_assets.model import (
    EffectivitySatellite,
    RecordTrackingSatellite,
    ReferenceTable,
    Warehouse,
    parse_type,
)
from vault_assets_tests.loading.houses import Landed
from vault_assets_tests.loading.reference_keys import link_keys, parent_key
from vault_assets_tests.loading.reference_lines import (
    Expected,
    Item,
    in_file_order,
    lines_of,
    once,
    states,
    units,
)


def record_tracking(
    warehouse: Warehouse, table: RecordTrackingSatellite, batches: Sequence[Landed]
) -> Expected:
    found = Expected()
    parent = warehouse.parent(table.parent)
    assert parent
    seen: set[Any] = set()
    for line in lines_of(warehouse, table.binding.stage, batches):
        key = parent_key(warehouse, table.parent, line)
        if key is None:
            found.judge(line, "quarantined", f"null_key:{parent.hash_key}")
        elif (key, line.batch) in seen:
            found.judge(line, "duplicate")
        else:
            found.judge(line, "inserted")
            found.rows.append({parent.hash_key: key, "until_ts": None, **line.system})
            seen.add((key, line.batch))
    return found


def reference_table(
    warehouse: Warehouse, table: ReferenceTable, batches: Sequence[Landed]
) -> Expected:
    found = Expected()
    latest: dict[Any, uuid.UUID] = {}
    in_order = in_file_order(warehouse, table)
    for code, group in units(_coded(warehouse, table, batches, found)):
        number = 0
        for item in states(found, group, _digest, in_order=in_order):
            if latest.get(code) == _digest(item):
                found.judge(item.line, "unchanged")
                continue
            found.judge(item.line, "inserted")
            found.rows.append({**item.row, "load_seq": number})
            latest[code], number = _digest(item), number + 1
    return found


def _coded(
    warehouse: Warehouse, table: ReferenceTable, batches: Sequence[Landed], found: Expected
) -> Iterator[Item]:
    types = warehouse.stage_types(table.binding.stage)
    key = table.hash_key if len(table.code) > 1 else next(iter(table.code))
    for line in lines_of(warehouse, table.binding.stage, batches):
        code = tuple(line.values[name] for name in table.code)
        if None in code:
            found.judge(line, "quarantined", f"null_key:{key}")
            continue
        row = {key: key_hash(code, [types[name] for name in table.code])}
        row |= {name: line.values[name] for name in table.code}
        row |= {name: line.values[origin] for name, origin in table.payload.items()}
        origins = list(table.payload.values())
        digest = hashdiff([line.values[o] for o in origins], [types[o] for o in origins])
        yield Item(code, line, {**row, "hashdiff": digest, **line.system})


def _digest(item: Item) -> uuid.UUID:
    return item.row["hashdiff"]


def by_appearance(
    warehouse: Warehouse, table: EffectivitySatellite, batches: Sequence[Landed]
) -> Expected:
    """Every batch is a snapshot: what it has is active, what it lacks is not."""
    found = Expected()
    link = warehouse.links[table.link]
    active: set[uuid.UUID] = set()
    for batch in batches:
        if batch.source != table.binding.stage:
            continue
        items = []
        for line in lines_of(warehouse, table.binding.stage, [batch]):
            key = link_keys(warehouse, link, line)[link.hash_key]
            if key is None:
                found.judge(line, "quarantined", f"null_key:{link.hash_key}")
            else:
                items.append(Item(key, line, {}))
        for item in once(found, items, lambda item: item.unit):
            found.judge(item.line, "unchanged" if item.unit in active else "inserted")
        present = {item.unit for item in items}
        for key in active ^ present:
            found.rows.append(_state(table, link.hash_key, key, batch, key in present))
        active = present
    return found


def _state(
    table: EffectivitySatellite, name: str, key: uuid.UUID, batch: Landed, active: bool
) -> dict[str, Any]:
    types = [parse_type("boolean"), parse_type("timestamp")]
    return {
        name: key,
        table.active: active,
        table.effective_from.column: batch.load_ts,
        "hashdiff": hashdiff([active, batch.load_ts], types),
        "load_seq": 0,
        "load_ts": batch.load_ts,
        "record_source": "test",
        "batch_id": batch.batch_id,
    }

"""Hubs and links in plain Python: the first batch that knows a key gives its row."""

import uuid
from collections.abc import Sequence

from vault_assets.model import Hub, Link, Warehouse
from vault_assets_tests.loading.houses import Landed
from vault_assets_tests.loading.reference_lines import Expected, Line, Values, hash_of, lines_of


def hub(warehouse: Warehouse, table: Hub, batches: Sequence[Landed]) -> Expected:
    lines = []
    for rank, binding in enumerate(table.bindings):
        origin = {name: binding.columns.get(name, name) for name in (*table.keys, *table.payload)}
        for line in lines_of(warehouse, binding.stage, batches):
            key = hash_of(warehouse, line, [origin[name] for name in table.keys])
            row = {table.hash_key: key, **{n: line.values[o] for n, o in origin.items()}}
            reason = f"null_key:{table.hash_key}" if key is None else ""
            lines.append((rank, line, row | line.system, reason))
    return _first_known(lines, table.hash_key)


def link(warehouse: Warehouse, table: Link, batches: Sequence[Landed]) -> Expected:
    known = {role: known_keys(warehouse, name, batches) for role, name in table.hubs.items()}
    lines = []
    for rank, binding in enumerate(table.bindings):
        for line in lines_of(warehouse, binding.stage, batches):
            row = link_keys(warehouse, table, line)
            reasons = [f"null_key:{role}" for role in table.hubs if row[role] is None]
            if table.orphans == "quarantine":
                reasons += [f"orphan:{role}" for role in table.hubs if row[role] not in known[role]]
            lines.append((rank, line, row | line.system, reasons[0] if reasons else ""))
    return _first_known(lines, table.hash_key)


def known_keys(warehouse: Warehouse, name: str, batches: Sequence[Landed]) -> set[uuid.UUID]:
    """Return the keys that hub or link `name` knows once all batches are applied."""
    parent = warehouse.parent(name)
    assert isinstance(parent, Hub | Link)
    found = (
        hub(warehouse, parent, batches)
        if isinstance(parent, Hub)
        else link(warehouse, parent, batches)
    )
    return {row[parent.hash_key] for row in found.rows}


def link_keys(warehouse: Warehouse, table: Link, line: Line) -> Values:
    """Return the hash key of a link and of its roles for a row."""
    (binding,) = [b for b in table.bindings if b.stage == line.batch.source]
    columns = {
        role: binding.keys.get(role, warehouse.hubs[name].keys) for role, name in table.hubs.items()
    }
    whole = [column for role in table.hubs for column in columns[role]]
    roles = {role: hash_of(warehouse, line, parts) for role, parts in columns.items()}
    return {table.hash_key: hash_of(warehouse, line, whole), **roles}


def parent_key(warehouse: Warehouse, name: str, line: Line) -> uuid.UUID | None:
    """Return the hash key of the hub or link `name` for a row."""
    parent = warehouse.parent(name)
    if isinstance(parent, Link):
        return link_keys(warehouse, parent, line)[parent.hash_key]
    assert isinstance(parent, Hub)
    (binding,) = [b for b in parent.bindings if b.stage == line.batch.source]
    return hash_of(warehouse, line, [binding.columns.get(key, key) for key in parent.keys])


def _first_known(lines: list[tuple[int, Line, Values, str]], key: str) -> Expected:
    """Keep the first row of each key; lines are (rank of the source, line, row, reason)."""
    found = Expected()
    last_seen: dict[uuid.UUID, str] = {}
    for _, line, row, reason in sorted(
        lines, key=lambda item: (item[1].batch.load_ts, item[0], item[1].row_no)
    ):
        if reason:
            found.judge(line, "quarantined", reason)
            continue
        if row[key] not in last_seen:
            found.judge(line, "inserted")
            found.rows.append(row)
        else:
            again = last_seen[row[key]] == line.batch.batch_id
            found.judge(line, "duplicate" if again else "unchanged")
        last_seen[row[key]] = line.batch.batch_id
    return found

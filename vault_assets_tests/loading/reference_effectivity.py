"""Effectivity with a driving key in plain Python."""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from vault_assets.hashing import hashdiff
from vault_assets.model import EffectivitySatellite, Warehouse, parse_type
from vault_assets_tests.loading.houses import Landed
from vault_assets_tests.loading.reference_keys import known_keys, link_keys
from vault_assets_tests.loading.reference_lines import (
    Expected,
    Item,
    in_file_order,
    lines_of,
    states,
    units,
)

TYPES = [parse_type("boolean"), parse_type("timestamp")]


def effectivity(
    warehouse: Warehouse, table: EffectivitySatellite, batches: Sequence[Landed]
) -> Expected:
    relations = _Relations(table, warehouse.links[table.link].hash_key)
    known = None
    if table.orphans == "quarantine":
        known = known_keys(warehouse, table.link, batches)
    in_order = in_file_order(warehouse, table)
    for _, group in units(_driven(warehouse, table, batches, relations.found)):
        relations.apply(group, known, in_order=in_order)
    return relations.found


def _driven(
    warehouse: Warehouse, table: EffectivitySatellite, batches: Sequence[Landed], found: Expected
) -> Iterator[Item]:
    """Yield the rows that have a driving key, as (driving key, line, keys); refuse the others."""
    link = warehouse.links[table.link]
    for line in lines_of(warehouse, table.binding.stage, batches):
        keys = link_keys(warehouse, link, line)
        missing = [role for role in table.driving if keys[role] is None]
        if missing:
            found.judge(line, "quarantined", f"null_key:{missing[0]}")
        else:
            yield Item(tuple(keys[role] for role in table.driving), line, keys)


@dataclass
class _Relations:
    """The relations of all driving keys so far."""

    table: EffectivitySatellite
    link_key: str
    found: Expected = field(default_factory=Expected)
    active: dict[Any, uuid.UUID | None] = field(default_factory=dict)
    begun: set[Any] = field(default_factory=set)

    def apply(self, group: list[Item], known: set[uuid.UUID] | None, *, in_order: bool) -> None:
        """Apply the rows of one driving key in one batch."""
        orphans = [
            item
            for item in group
            if known is not None and self._partner(item) not in {None, *known}
        ]
        for item in orphans:
            self.found.judge(item.line, "quarantined", f"orphan:{self.link_key}")
        usable = [item for item in group if item not in orphans]
        if not in_order and len({self._partner(item) for item in group}) > 1:
            # Also with an orphan: that its key is unknown makes it no less a contradiction.
            for item in usable:
                self.found.judge(item.line, "quarantined", "conflict")
            return
        numbers: Counter[uuid.UUID] = Counter()
        for item in states(self.found, usable, self._partner, in_order=in_order):
            self._change(item, numbers)

    def _partner(self, item: Item) -> uuid.UUID | None:
        return item.row[self.link_key]

    def _change(self, item: Item, numbers: Counter[uuid.UUID]) -> None:
        partner, before = self._partner(item), self.active.get(item.unit)
        if partner == before:
            self.found.judge(item.line, "unchanged")
            return
        self.found.judge(item.line, "inserted")
        since = item.line.batch.load_ts
        if before is not None:
            self._write(item, before, numbers, False, since)
        if partner is not None:
            first = self.table.effective_from.first
            if item.unit not in self.begun and first:
                since = item.line.values[first]
            self._write(item, partner, numbers, True, since)
            self.begun.add(item.unit)
        self.active[item.unit] = partner

    def _write(
        self, item: Item, relation: uuid.UUID, numbers: Counter[uuid.UUID], active: bool, since: Any
    ) -> None:
        row = {self.link_key: relation, **dict(zip(self.table.driving, item.unit, strict=True))}
        row |= {self.table.active: active, self.table.effective_from.column: since}
        row |= {"hashdiff": hashdiff([active, since], TYPES), "load_seq": numbers[relation]}
        self.found.rows.append(row | item.line.system)
        numbers[relation] += 1

"""The rows of batches and what became of them: what all rules of the reference share."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from vault_assets.hashing import key_hash
from vault_assets.model import Warehouse
from vault_assets.model.histories import History
from vault_assets_tests.loading.houses import FIRST_LINE, Landed

Values = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """A row of a batch."""

    batch: Landed
    row_no: int
    values: Values = field(hash=False)

    @property
    def system(self) -> Values:
        return {
            "load_ts": self.batch.load_ts,
            "record_source": "test",
            "batch_id": self.batch.batch_id,
        }


@dataclass
class Expected:
    """The rows of a table, the rows it refused, and the outcome of every row of each batch."""

    rows: list[Values] = field(default_factory=list)
    quarantine: set[tuple[str, int, str]] = field(default_factory=set)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def judge(self, line: Line, outcome: str, reason: str = "") -> None:
        self.outcomes[line.batch.batch_id, outcome] += 1
        if outcome == "quarantined":
            self.quarantine.add((line.batch.batch_id, line.row_no, reason))

    def counters(self, batch_id: str) -> tuple[int, ...]:
        """Return rows in, inserted, unchanged, duplicate, quarantined."""
        numbers = [
            self.outcomes[batch_id, outcome]
            for outcome in ("inserted", "unchanged", "duplicate", "quarantined")
        ]
        return (sum(numbers), *numbers)


class Item(NamedTuple):
    """A usable row: its unit, where it is from, and what it says."""

    unit: Any
    line: Line
    row: Values


def lines_of(warehouse: Warehouse, stage: str, batches: Sequence[Landed]) -> Iterator[Line]:
    names = list(warehouse.sources[stage].columns)
    for batch in batches:
        if batch.source == stage:
            for number, row in enumerate(batch.rows):
                yield Line(batch, FIRST_LINE + number, dict(zip(names, row, strict=True)))


def hash_of(warehouse: Warehouse, line: Line, columns: Sequence[str]) -> uuid.UUID | None:
    values = [line.values[column] for column in columns]
    types = [warehouse.sources[line.batch.source].columns[column].type for column in columns]
    return None if None in values else key_hash(values, types)


def units(items: Iterable[Item]) -> Iterator[tuple[Any, list[Item]]]:
    """Group by unit and batch; yield (unit, its rows in one batch), oldest batch first."""
    ordered = sorted(
        items, key=lambda item: (str(item.unit), item.line.batch.load_ts, item.line.row_no)
    )
    for (unit, _), group in groupby(ordered, lambda item: (item.unit, item.line.batch.load_ts)):
        yield unit, list(group)


def states(
    found: Expected, group: list[Item], value: Callable[[Item], Any], *, in_order: bool
) -> list[Item]:
    """Return the states of a unit in a batch: all rows, or the one that all rows agree on."""
    if in_order:
        return group
    if len({value(item) for item in group}) > 1:
        for item in group:
            found.judge(item.line, "quarantined", "conflict")
        return []
    return once(found, group, value)


def once(found: Expected, group: list[Item], value: Callable[[Item], Any]) -> list[Item]:
    """Return the first of equal items; the others are duplicates."""
    first: dict[Any, Item] = {}
    for item in group:
        if first.setdefault(value(item), item) is not item:
            found.judge(item.line, "duplicate")
    return list(first.values())


def in_file_order(warehouse: Warehouse, table: History) -> bool:
    """Whether the rows of a unit in one batch are successive states."""
    delivery = warehouse.sources[table.binding.stage].delivery
    return (table.order or ("none" if delivery == "full" else "file")) == "file"

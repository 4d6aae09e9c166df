"""The lineage of a warehouse as a graph of tables, and where each of them stands in the picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from vault_assets.model import Warehouse
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.query_plans import query_plan
from vault_assets.sql.stages import stage_plan
from vault_assets.sql.tracing import mart_tables

Table = tuple[str, str]
"""Layer and name."""
Stop = tuple[Table, int]
"""A table and a column of the picture: its own, or one that a curve from it passes."""
_SWEEPS = 8
_WAY = 0.4
"""Height of a curve that passes a column, as part of a table's."""


@dataclass(frozen=True)
class Picture:
    """Where tables stand and how curves run.

    Args:
        columns: The stops of each column, from the top.
        steps: Neighbouring stops that a curve joins.
        own: The column of each table.
    """

    columns: tuple[tuple[Stop, ...], ...]
    steps: tuple[tuple[Stop, Stop], ...]
    own: Mapping[Table, int]

    def heights(self) -> dict[Stop, float]:
        """Return how far down the middle of each stop is, from 0 to 1."""
        found: dict[Stop, float] = {}
        for column in self.columns:
            found |= _heights(column, self.own)
        return found

    @property
    def rows(self) -> float:
        """Height of the tallest column, in tables."""
        return max(sum(_weight(stop, self.own) for stop in column) for column in self.columns)


@dataclass(frozen=True)
class Lineage:
    """Which tables are made from which.

    Args:
        layers: Names of the layers, in order.
        parents: The tables that each table is made from, by table.
    """

    layers: tuple[str, ...]
    parents: Mapping[Table, tuple[Table, ...]]

    def direct(self) -> dict[Table, tuple[Table, ...]]:
        """Return the parents that no other parent is made from: the others are implied."""
        above: dict[Table, set[Table]] = {}
        for table in TopologicalSorter(self.parents).static_order():
            own = self.parents.get(table, ())
            above[table] = set(own).union(*(above[parent] for parent in own))
        return {
            table: tuple(
                parent
                for parent in own
                if not any(parent in above[other] for other in own if other != parent)
            )
            for table, own in self.parents.items()
        }

    def places(self) -> dict[Table, int]:
        """Return the column of each table: by layer, and in it by depth."""
        placed: dict[Table, tuple[int, int]] = {}
        for table in TopologicalSorter(self.parents).static_order():
            layer = self.layers.index(table[0])
            same = [placed[p][1] + 1 for p in self.parents.get(table, ()) if p[0] == table[0]]
            placed[table] = (layer, max(same, default=0))
        columns = {place: number for number, place in enumerate(sorted(set(placed.values())))}
        return {table: columns[placed[table]] for table in self.parents}

    def picture(self) -> Picture:
        """Return the tables in columns, so ordered that neighbours stand near each other.

        A curve that passes columns has a stop in each, so that it runs between their tables.
        """
        own = self.places()
        steps = dict.fromkeys(
            step
            for table, parents in self.direct().items()
            for parent in parents
            for step in _way(parent, table, own)
        )
        columns: list[list[Stop]] = [[] for _ in range(max(own.values()) + 1)]
        for stop in dict.fromkeys([*own.items(), *(stop for step in steps for stop in step)]):
            columns[stop[1]].append(stop)
        _order(columns, list(steps), own)
        return Picture(tuple(map(tuple, columns)), tuple(steps), own)


def _way(parent: Table, table: Table, own: Mapping[Table, int]) -> Iterator[tuple[Stop, Stop]]:
    for column in range(own[parent], own[table]):
        last = column + 1 == own[table]
        yield (parent, column), (table if last else parent, column + 1)


def _order(
    columns: list[list[Stop]], steps: Sequence[tuple[Stop, Stop]], own: Mapping[Table, int]
) -> None:
    """Sort each column by the mean height of its neighbours, a few times forth and back."""
    before: dict[Stop, list[Stop]] = {}
    after: dict[Stop, list[Stop]] = {}
    for one, other in steps:
        before.setdefault(other, []).append(one)
        after.setdefault(one, []).append(other)
    height: dict[Stop, float] = {}
    for column in columns:
        height |= _heights(column, own)
    for sweep in range(_SWEEPS):
        near = before if sweep % 2 == 0 else after
        for column in columns if sweep % 2 == 0 else reversed(columns):
            wanted = {s: _mean([height[n] for n in near.get(s, ())], height[s]) for s in column}
            column.sort(key=wanted.__getitem__)
            height |= _heights(column, own)


def _weight(stop: Stop, own: Mapping[Table, int]) -> float:
    return 1.0 if own[stop[0]] == stop[1] else _WAY


def _heights(column: Sequence[Stop], own: Mapping[Table, int]) -> dict[Stop, float]:
    total = sum(_weight(stop, own) for stop in column)
    found, top = {}, 0.0
    for stop in column:
        weight = _weight(stop, own)
        found[stop] = (top + weight / 2) / total
        top += weight
    return found


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def lineage_of(warehouse: Warehouse) -> Lineage:
    """Return the lineage of all declared tables, from objects in the bucket to the last mart."""
    landing = warehouse.landing_layer
    parents: dict[Table, tuple[Table, ...]] = {(landing, name): () for name in warehouse.sources}
    for name in warehouse.sources:
        others = [
            (warehouse.stage_layer, p.stage.source) for p in stage_plan(warehouse, name).prejoins
        ]
        parents[warehouse.stage_layer, name] = ((landing, name), *others)
    for _, name, _ in warehouse.vault_tables():
        parents["vault", name] = _of_vault(warehouse, name)
    for _, name, _ in warehouse.query_tables():
        parents["vault", name] = _of_query(warehouse, name)
    for name in warehouse.marts:
        parents[warehouse.mart_layer(name), name] = tuple(mart_tables(warehouse, name))
    return Lineage(warehouse.layers, parents)


def _of_vault(warehouse: Warehouse, name: str) -> tuple[Table, ...]:
    plan = vault_plan(warehouse, name)
    found = [(warehouse.stage_layer, binding.stage.source) for binding in plan.bindings]
    found += [("vault", relation.table.name) for relation in plan.relations]
    return tuple(dict.fromkeys(found))


def _of_query(warehouse: Warehouse, name: str) -> tuple[Table, ...]:
    if name in warehouse.snapshots:
        return ()
    reads = query_plan(warehouse, name).reads
    return tuple(dict.fromkeys(("vault", plan.table.name) for plan in reads))

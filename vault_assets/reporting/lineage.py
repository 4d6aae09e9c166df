"""The lineage of a warehouse as a graph of tables, and where each of them stands in the picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from vault_assets.model import Warehouse
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.query_plans import query_plan
from vault_assets.sql.stages import stage_plan
from vault_assets.sql.tracing import mart_tables

Table = tuple[str, str]
"""Layer and name."""
_SWEEPS = 6


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

    def columns(self) -> list[list[Table]]:
        """Return the tables by column of the picture: by layer, and in it by depth.

        Tables of a column are ordered so that neighbours stand near each other.
        """
        placed: dict[Table, tuple[int, int]] = {}
        for table in TopologicalSorter(self.parents).static_order():
            layer = self.layers.index(table[0])
            same = [placed[p][1] + 1 for p in self.parents.get(table, ()) if p[0] == table[0]]
            placed[table] = (layer, max(same, default=0))
        columns: dict[tuple[int, int], list[Table]] = {}
        for table in self.parents:
            columns.setdefault(placed[table], []).append(table)
        return _ordered([columns[place] for place in sorted(columns)], self.direct())


def _ordered(
    columns: list[list[Table]], parents: Mapping[Table, Sequence[Table]]
) -> list[list[Table]]:
    """Sort each column by the mean height of its neighbours, a few times forth and back."""
    children: dict[Table, list[Table]] = {}
    for table, own in parents.items():
        for parent in own:
            children.setdefault(parent, []).append(table)
    height = _heights(columns)
    for sweep in range(_SWEEPS):
        near = parents if sweep % 2 == 0 else children
        for column in columns if sweep % 2 == 0 else reversed(columns):
            wanted = {t: _mean([height[n] for n in near.get(t, ())], height[t]) for t in column}
            column.sort(key=lambda table: wanted[table])
            height |= _heights([column])
    return columns


def _heights(columns: Sequence[Sequence[Table]]) -> dict[Table, float]:
    return {
        table: (place + 0.5) / len(column)
        for column in columns
        for place, table in enumerate(column)
    }


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

"""What feeds a mart: the tables that must have applied a batch before the mart may consume it."""

from vault_assets.model.warehouse import Warehouse
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.query_plans import query_plan
from vault_assets.sql.tracing import mart_tables

Feeds = frozenset[tuple[str, str]]
"""(table as layer.name, stage whose batches it applies)."""


def feeds_of(warehouse: Warehouse, name: str) -> Feeds:
    """Return what feeds a mart, each table with its stages: marts by partition or key too."""
    return _feeds(warehouse, name, {})


def _feeds(warehouse: Warehouse, name: str, known: dict[str, Feeds]) -> Feeds:
    """Return what feeds a mart; `known` are marts that others of the same question read too."""
    if name not in known:
        known[name] = _found(warehouse, name, known)
    return known[name]


def _found(warehouse: Warehouse, name: str, known: dict[str, Feeds]) -> Feeds:
    found: set[tuple[str, str]] = set()
    for layer, table in mart_tables(warehouse, name):
        kind = warehouse.kind_of(layer, table)
        if kind == "stage":
            found.add((warehouse.stage_label(table), table))
        elif kind == "vault":
            found |= _of_vault(warehouse, table)
        else:
            found |= _of_mart(warehouse, table, known)
    return frozenset(found)


def _of_vault(warehouse: Warehouse, name: str) -> Feeds:
    if name in warehouse.snapshots:
        return frozenset()
    queried = name in {*warehouse.pits, *warehouse.bridges}
    plans = query_plan(warehouse, name).reads if queried else (vault_plan(warehouse, name),)
    bindings = {(p.table.label, b.stage.source) for p in plans for b in p.bindings}
    staged = ((warehouse.stage_label(stage), stage) for _, stage in bindings)
    return frozenset({*bindings, *staged})


def _of_mart(warehouse: Warehouse, name: str, known: dict[str, Feeds]) -> Feeds:
    feeds = _feeds(warehouse, name, known)
    if warehouse.marts[name].changes is None:
        return feeds
    return feeds | {(warehouse.mart_label(name), stage) for _, stage in feeds}

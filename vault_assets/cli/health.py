"""What Dagster's instance knows of checks and marts."""

import time

import dagster as dg

from vault_assets.cli.project_definitions import repository
from vault_assets.model import Warehouse
from vault_assets.orchestration.check_history import CheckMark, TellingRule, read_changes

_TABLE_PARTS = 3
"""Of an asset key: warehouse, layer, table."""


def failing_checks(
    instance: dg.DagsterInstance, module: str, warehouse: str
) -> list[tuple[str, str, str]]:
    """Return (asset, check, severity) of every check whose latest result is a failure."""
    graph = repository(module).asset_graph
    keys = [key for key in graph.asset_check_keys if key.asset_key.path[0] == warehouse]
    _, mark = read_changes(
        instance, keys, CheckMark(since=0.0), now=time.time(), rule=TellingRule()
    )
    return sorted((*failing.subject[:2], failing.severity.value) for failing in mark.failing)


def mart_ages(
    instance: dg.DagsterInstance, module: str, warehouse: Warehouse
) -> list[tuple[str, float | None]]:
    """Return (asset, hours since it was built, or None) of every mart."""
    graph = repository(module).asset_graph
    ages = []
    for key in sorted(graph.get_all_asset_keys()):
        if key.path[0] != warehouse.name or not _is_mart(warehouse, key):
            continue
        event = instance.get_latest_materialization_event(key)
        hours = (time.time() - event.timestamp) / 3600 if event else None
        ages.append((key.to_user_string(), hours))
    return ages


def _is_mart(warehouse: Warehouse, key: dg.AssetKey) -> bool:
    """Whether it is in a layer of marts and no stage: a declared mart or a Python asset."""
    if len(key.path) < _TABLE_PARTS:
        return False
    layer, name = key.path[1], key.path[-1]
    return layer in warehouse.mart_layers and warehouse.kind_of(layer, name) == "mart"

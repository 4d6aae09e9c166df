"""What Dagster's instance knows of checks and marts."""

import time

import dagster as dg

from vault_assets.cli.project_definitions import repository
from vault_assets.orchestration.check_history import CheckMark, TellingRule, read_changes


def failing_checks(module: str, warehouse: str) -> list[tuple[str, str, str]]:
    """Return (asset, check, severity) of every check whose latest result is a failure."""
    graph = repository(module).asset_graph
    keys = [key for key in graph.asset_check_keys if key.asset_key.path[0] == warehouse]
    with dg.DagsterInstance.get() as instance:
        _, mark = read_changes(
            instance, keys, CheckMark(since=0.0), now=time.time(), rule=TellingRule()
        )
    return sorted((*failing.subject[:2], failing.severity.value) for failing in mark.failing)


def mart_ages(module: str, warehouse: str) -> list[tuple[str, float | None]]:
    """Return (asset, hours since it was built, or None) of every mart."""
    graph = repository(module).asset_graph
    ages = []
    with dg.DagsterInstance.get() as instance:
        for key in sorted(graph.get_all_asset_keys()):
            if key.path[:2] != [warehouse, "mart"]:
                continue
            event = instance.get_latest_materialization_event(key)
            hours = (time.time() - event.timestamp) / 3600 if event else None
            ages.append((key.to_user_string(), hours))
    return ages

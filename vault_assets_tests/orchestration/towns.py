"""A tiny warehouse declared in code, on a single-process lake."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from vault_assets.model import Warehouse
from vault_assets.orchestration.component import warehouse_definitions
from vault_assets.orchestration.wiring import shared_resources

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def town(**changes: Any) -> Warehouse:
    """Return a warehouse of people: one source, hub, satellite and mart."""
    declared: dict[str, Any] = {
        "name": "town",
        "description": "Who lives here.",
        "owners": ["team:town"],
        "sources": {
            "people": {
                "objects": ["town/people/**/*.csv"],
                "delivery": "full",
                "columns": {"id": {"type": "integer", "nullable": False}, "name": "text(50)"},
            }
        },
        "hubs": {
            "h_people": {
                "hash_key": "hk_person",
                "keys": "person_id",
                "from": {"stage": "people", "columns": {"person_id": "id"}},
            }
        },
        "satellites": {
            "s_people": {"parent": "h_people", "payload": ["name"], "from": "people"},
        },
    }
    return Warehouse.model_validate(declared | changes)


def definitions(warehouse: Warehouse, assets: Sequence[Any] = ()) -> dg.Definitions:
    """Return the definitions of a warehouse and of assets beside it."""
    return dg.Definitions.merge(
        warehouse_definitions(warehouse),
        dg.Definitions(
            assets=list(assets), resources=shared_resources(), executor=dg.in_process_executor
        ),
    )


def materialized(
    found: dg.Definitions,
    *,
    instance: dg.DagsterInstance | None = None,
    assets: Sequence[dg.AssetKey] | None = None,
) -> dg.ExecuteInProcessResult:
    """Materialize all assets, or some."""
    return found.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance,
        asset_selection=list(assets) if assets else None,
        run_config=QUIET,
        raise_on_error=False,
    )


def made(result: dg.ExecuteInProcessResult) -> set[str]:
    """Return the last parts of the keys that were materialized."""
    return {key.path[-1] for key in _keys(result)}


def _keys(result: dg.ExecuteInProcessResult) -> Iterator[dg.AssetKey]:
    for event in result.get_asset_materialization_events():
        yield event.step_materialization_data.materialization.asset_key

"""The town with query tables over it."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from vault_assets.loading.query_tables import Built, build_bridge, build_pit
from vault_assets.loading.snapshots import SnapshotsAdded, add_snapshots
from vault_assets.model import Warehouse
from vault_assets_tests.loading.houses import NOON, House
from vault_assets_tests.loading.warehouses import town

NONE = dt.datetime(1900, 1, 1)  # noqa: DTZ001  the load time of ghosts
QUERY_TABLES: dict[str, Any] = {
    "snapshots": {"control": {}},
    "pits": {
        "p_people": {
            "hub": "h_people",
            "satellites": ["s_changes", "s_phones"],
            "snapshots": "control",
        }
    },
    "bridges": {
        "b_moves": {
            "path": ["h_teams", "l_moves", "h_people"],
            "effectivity": {"l_moves": "e_moves"},
            "snapshots": "control",
        }
    },
}


def query_town(
    late: str = "strict",
    *,
    tables: Collection[str] = (),
    sources: Collection[str] = (),
    **parts: Any,
) -> Warehouse:
    """Return the town with a snapshot control, a PIT and a bridge, or with `parts` instead.

    Args:
        late: What its histories do with late batches.
        tables: The vault tables that it has; default all.
        sources: The sources that it has; default all.
        parts: Query tables by field.
    """
    plain = town(late, tables=tables, sources=sources).model_dump(by_alias=True)
    return Warehouse.model_validate(plain | QUERY_TABLES | parts)


def at(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def snap(house: House, *seconds: float) -> SnapshotsAdded:
    """Add snapshots at these seconds after noon."""
    return add_snapshots(
        house.lake,
        house.warehouse,
        "control",
        times=[at(second) for second in seconds],
        reference=NOON.date(),
    )


def built(house: House, name: str = "p_people") -> Built:
    """Build a PIT or bridge."""
    build = build_pit if name in house.warehouse.pits else build_bridge
    return build(house.lake, house.warehouse, name, run_id="test")


def seconds(times: Any) -> list[float]:
    return [(time - NOON).total_seconds() for time in times]

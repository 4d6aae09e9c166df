"""What tables with history name must exist and fit: parent, stage, columns, kind of delivery."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vault_assets.model.histories import (
    EffectivitySatellite,
    History,
    MultiActiveSatellite,
    RecordTrackingSatellite,
    ReferenceTable,
    Satellite,
    StatusTrackingSatellite,
)

if TYPE_CHECKING:
    from vault_assets.model.references import Path, Problems
    from vault_assets.model.warehouse import Warehouse


def check_history(
    warehouse: "Warehouse", table: History, path: "Path", problems: "Problems"
) -> None:
    """Record every name of a table with history that does not exist or does not fit."""
    stage = table.binding.stage
    if not problems.known((*path, "from"), "stage", stage, warehouse.sources):
        return
    if not isinstance(table, ReferenceTable) and not _has_parent(warehouse, table, path, problems):
        return
    _delivery(warehouse, table, path, problems)
    columns = warehouse.stage_types(stage)
    for field, name in _stage_columns(table):
        problems.known((*path, field), f"column of stage {stage}", name, columns)
    if isinstance(table, ReferenceTable):
        for name in table.code:
            if len(table.code) > 1 and name in columns and columns[name].kind == "float":
                problems.add((*path, "code"), f"{name!r} is a float: floats cannot be keys")
    if isinstance(table, EffectivitySatellite):
        link = {**warehouse.links, **warehouse.same_as_links}[table.link]
        for role in table.driving:
            problems.known((*path, "driving"), "role", role, link.hubs)


def _has_parent(warehouse: "Warehouse", table: History, path: "Path", problems: "Problems") -> bool:
    if isinstance(table, EffectivitySatellite):
        place, kind, name = "link", "link", table.link
        known = [*warehouse.links, *warehouse.same_as_links]
    else:
        relations = [name for _, name, _ in warehouse.relations()]
        place, kind, name = "parent", "hub or link", _parent_of(table)
        known = [*warehouse.hubs, *relations]
    if not problems.known((*path, place), kind, name, known):
        return False
    parent, stage = warehouse.parent(name), table.binding.stage
    if parent and stage not in {binding.stage for binding in parent.bindings}:
        problems.add(
            (*path, place), f"stage {stage!r} does not carry its key: add it to `from` there"
        )
    return True


def _parent_of(table: History) -> str:
    """Return the name of the hub or link that a table with history describes."""
    assert isinstance(  # noqa: S101  narrows the type
        table, Satellite | MultiActiveSatellite | StatusTrackingSatellite | RecordTrackingSatellite
    )
    return table.parent


def _delivery(warehouse: "Warehouse", table: History, path: "Path", problems: "Problems") -> None:
    """What is judged by appearance needs complete snapshots."""
    full = warehouse.sources[table.binding.stage].delivery == "full"
    by_appearance = (
        table.operation is None
        if isinstance(table, StatusTrackingSatellite)
        else isinstance(table, EffectivitySatellite) and not table.driving
    )
    if by_appearance and not full:
        what = "driving" if isinstance(table, EffectivitySatellite) else "operation"
        problems.add(
            (*path, "from"),
            f"stage {table.binding.stage!r} is not delivered in full: only complete snapshots show "
            f"that a key is gone; declare `{what}`",
        )


def _stage_columns(table: History) -> Iterable[tuple[str, str]]:
    if isinstance(table.order, tuple):
        yield from (("order", name) for name in table.order)
    if isinstance(table, StatusTrackingSatellite) and table.operation:
        yield "operation", table.operation
    if isinstance(table, ReferenceTable):
        yield from (("code", name) for name in table.code)
    if isinstance(table, EffectivitySatellite):
        if table.effective_from.first:
            yield "effective_from", table.effective_from.first
        return
    if isinstance(table, MultiActiveSatellite):
        yield from (("child_keys", name) for name in table.child_keys.values())
    if isinstance(table, Satellite | MultiActiveSatellite | ReferenceTable):
        yield from (("payload", name) for name in table.payload.values())

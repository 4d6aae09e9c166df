"""Plans of query tables: what the declaration of a PIT or bridge means for the database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vault_assets.errors import DeclarationError
from vault_assets.model.names import nearest
from vault_assets.model.query_references import roles_between
from vault_assets.model.query_tables import Bridge, Pit
from vault_assets.model.warehouse import Warehouse
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.plans import (
    BOOLEAN,
    INTEGER,
    TEXT,
    TIMESTAMP,
    ColumnPlan,
    TablePlan,
    VaultPlan,
)

_SNAPSHOT = ColumnPlan(
    "snapshot_ts", TIMESTAMP, nullable=False, description="The time as of which the row holds."
)


@dataclass(frozen=True)
class QueryPlan:
    """A PIT or bridge ready to be compiled.

    Args:
        pattern: Folder of its templates below `sql/query`: `pit` or `bridge`.
        table: The table; its partitions are its snapshots.
        snapshots: The snapshot control.
        primary_key: Columns that no two rows share.
        reads: The vault tables that it is built from.
        options: What only this pattern's templates know.
    """

    pattern: str
    table: TablePlan
    snapshots: TablePlan
    primary_key: tuple[str, ...]
    reads: tuple[VaultPlan, ...]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """A link of a path: the roles that it is entered and left by, and what ends it."""

    link: VaultPlan
    before: str
    after: str
    effectivity: VaultPlan | None


def snapshots_table(warehouse: Warehouse, name: str) -> TablePlan:
    """Return the table of a snapshot control."""
    columns = (
        _SNAPSHOT,
        ColumnPlan("is_active", BOOLEAN, nullable=False, description="Whether PITs hold it."),
        ColumnPlan("is_latest", BOOLEAN, nullable=False, description="Whether it is the latest."),
        ColumnPlan("matched_rule", TEXT, description="The rules that keep it."),
    )
    return TablePlan("vault", name, columns, warehouse.snapshots[name].description)


def query_plan(warehouse: Warehouse, name: str) -> QueryPlan:
    """Return the plan of the PIT or bridge `name`.

    Raises:
        DeclarationError: The warehouse declares no such table.
    """
    if name in warehouse.pits:
        return pit_plan(warehouse, name, warehouse.pits[name])
    if name in warehouse.bridges:
        return bridge_plan(warehouse, name, warehouse.bridges[name])
    hint = nearest(name, [*warehouse.pits, *warehouse.bridges])
    raise DeclarationError(f"no PIT or bridge {name!r}: {hint}", where=warehouse.name)


def query_table(warehouse: Warehouse, name: str) -> TablePlan:
    """Return the table of a snapshot control, PIT or bridge."""
    if name in warehouse.snapshots:
        return snapshots_table(warehouse, name)
    return query_plan(warehouse, name).table


def pit_plan(warehouse: Warehouse, name: str, pit: Pit) -> QueryPlan:
    """Return the plan of PIT `name`."""
    base = vault_plan(warehouse, pit.parent)
    satellites = tuple(vault_plan(warehouse, satellite) for satellite in pit.satellites)
    columns = [_SNAPSHOT, _key(base.key, base)]
    for satellite in pit.satellites:
        columns += [
            _key(f"{satellite}_key", base, satellite),
            ColumnPlan(
                f"{satellite}_load_ts",
                TIMESTAMP,
                nullable=False,
                description=f"load_ts of the row of {satellite}; 1900-01-01 if there is none.",
            ),
            ColumnPlan(
                f"{satellite}_load_seq",
                INTEGER,
                nullable=False,
                description=f"load_seq of the row of {satellite}.",
            ),
        ]
    return QueryPlan(
        pattern="pit",
        table=TablePlan("vault", name, tuple(columns), pit.description),
        snapshots=snapshots_table(warehouse, pit.snapshots),
        primary_key=("snapshot_ts", base.key),
        reads=(base, *satellites),
        options={"base": base, "satellites": satellites, "include_all": pit.include_all},
    )


def bridge_plan(warehouse: Warehouse, name: str, bridge: Bridge) -> QueryPlan:
    """Return the plan of bridge `name`."""
    path = [vault_plan(warehouse, bridge.step(place)) for place in range(len(bridge.path))]
    keys = _distinct_names(item.key for item in path)
    steps = tuple(_step(warehouse, bridge, place) for place in range(1, len(path), 2))
    columns = (_SNAPSHOT, *(_key(k, p) for k, p in zip(keys, path, strict=True)))
    ends = [step.effectivity for step in steps if step.effectivity]
    reads = {plan.table.name: plan for plan in (*path, *ends)}
    return QueryPlan(
        pattern="bridge",
        table=TablePlan("vault", name, columns, bridge.description),
        snapshots=snapshots_table(warehouse, bridge.snapshots),
        primary_key=("snapshot_ts", *keys),
        reads=tuple(reads.values()),
        options={
            "steps": steps,
            "hub_columns": keys[::2],
            "link_columns": keys[1::2],
            "parents": tuple(zip(keys, path, strict=True)),
        },
    )


def _step(warehouse: Warehouse, bridge: Bridge, place: int) -> Step:
    name = bridge.step(place)
    link = warehouse.links[name]
    roles = bridge.roles(place) or roles_between(
        link, bridge.step(place - 1), bridge.step(place + 1)
    )
    assert roles is not None  # noqa: S101  the declaration is validated
    ended_by = bridge.effectivity.get(name)
    return Step(
        vault_plan(warehouse, name), *roles, vault_plan(warehouse, ended_by) if ended_by else None
    )


def _key(name: str, plan: VaultPlan, of: str = "") -> ColumnPlan:
    of = of or plan.table.name
    return ColumnPlan(name, plan.rules.hash_type, nullable=False, description=f"Key of {of}.")


def _distinct_names(names: Iterable[str]) -> list[str]:
    """Return the names; a second one of a kind gets `_2`, a third `_3`."""
    found: list[str] = []
    for name in names:
        count = found.count(name)
        number = 2
        while count and f"{name}_{number}" in found:
            number += 1
        found.append(f"{name}_{number}" if count else name)
    return found

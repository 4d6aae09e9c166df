"""The plan of an extended tracking satellite: when which satellite of a key changed."""

from dataclasses import dataclass, replace

from vault_assets.hashing import profile_of, sql_hashdiff
from vault_assets.model import (
    ExtendedTrackingSatellite,
    MultiActiveSatellite,
    Satellite,
    Warehouse,
)
from vault_assets.model.names import literal, quoted
from vault_assets.sql.patterns.history import binding_plan, parent_plan, row_order
from vault_assets.sql.plans import (
    TEXT,
    BindingPlan,
    ColumnPlan,
    ParentPlan,
    TablePlan,
    VaultPlan,
    hash_type,
    system_columns,
)


@dataclass(frozen=True)
class FollowedSet:
    """A multi-active satellite, whose changes are those of whole sets.

    Args:
        satellite: Its name.
        stage: The stage that feeds it.
        columns: (name in the satellite, column of the stage) of what its members are hashed from.
        set_hash: The aggregate that hashes a set, over those names and `hashdiff`.
    """

    satellite: str
    stage: TablePlan
    columns: tuple[tuple[str, str], ...]
    set_hash: str


def plan(warehouse: Warehouse, name: str, tracking: ExtendedTrackingSatellite) -> VaultPlan:
    """Return the plan of extended tracking satellite `name`.

    Its satellites are fed by several stages, whose batches come in no common order: a late batch
    loads its keys anew.
    """
    described = {**warehouse.satellites, **warehouse.multi_active_satellites}
    followed = {each: described[each] for each in tracking.satellites}
    parents = [parent_plan(warehouse, tracking.parent, s.binding.stage) for s in followed.values()]
    parent = replace(parents[0], fed=all(each.fed for each in parents))
    waits = any(satellite.orphans == "quarantine" for satellite in followed.values())
    key = ColumnPlan(
        parent.key,
        hash_type(warehouse),
        nullable=False,
        description=f"Key of {tracking.parent}.",
    )
    bindings = {each: _binding(warehouse, parent, each, s) for each, s in followed.items()}
    sets = [
        _set(warehouse, each, satellite, bindings[each])
        for each, satellite in followed.items()
        if isinstance(satellite, MultiActiveSatellite)
    ]
    return VaultPlan(
        pattern=tracking.pattern,
        table=TablePlan(
            "vault",
            name,
            (
                key,
                ColumnPlan("satellite", TEXT, description="The satellite that changed."),
                *system_columns(history=True, hashes=hash_type(warehouse)),
            ),
            tracking.description,
        ),
        key=parent.key,
        unit=(parent.key,),
        primary_key=(parent.key, "satellite", "load_ts", "load_seq"),
        bindings=tuple(bindings.values()),
        needs=(parent.key,),
        ghost_keys=(parent.key,),
        parents=(parent,) if waits else (),
        relations=(parent,),
        orphans="quarantine" if waits else "pass",
        history=True,
        late="repair",
        options={
            "satellites": [TablePlan("vault", each, ()) for each in followed],
            "sets": sets,
            "of_sets": [each.satellite for each in sets],
        },
    )


def _set(
    warehouse: Warehouse, name: str, satellite: MultiActiveSatellite, binding: BindingPlan
) -> FollowedSet:
    types = warehouse.stage_types(satellite.binding.stage)
    described = {**satellite.child_keys, **satellite.payload}
    rows = [(quoted(column), types[origin]) for column, origin in described.items()]
    rules = profile_of(warehouse.hashing)
    return FollowedSet(
        name,
        binding.stage.table,
        tuple(described.items()),
        rules.sql_set_hash("hashdiff", rows, tuple(satellite.child_keys)),
    )


def _child(warehouse: Warehouse, satellite: Satellite | MultiActiveSatellite) -> str:
    """Return what tells the rows of a key apart, as a value of one type for all satellites."""
    if isinstance(satellite, Satellite):
        return "cast(null as uuid)"
    types = warehouse.stage_types(satellite.binding.stage)
    origins = satellite.child_keys.values()
    return sql_hashdiff([(f"s.{quoted(origin)}", types[origin]) for origin in origins])


def _binding(
    warehouse: Warehouse,
    parent: ParentPlan,
    name: str,
    satellite: Satellite | MultiActiveSatellite,
) -> BindingPlan:
    columns = ((parent.key, parent.key), ("hashdiff", f"hd_{name}"))
    found = binding_plan(warehouse, satellite, parent, columns, (parent.key,))
    order = satellite.order if isinstance(satellite.order, tuple) else ()
    places = ", ".join([*(f"s.{quoted(column)}" for column in order), "s.row_no"])
    is_set = (
        isinstance(satellite, MultiActiveSatellite) or row_order(warehouse, satellite) == "none"
    )
    return replace(
        found,
        # The columns that order rows are other ones in each stage: their place is what they share.
        columns=columns,
        expressions=(
            ("satellite", literal(name)),
            ("_is_set", str(is_set).lower()),
            ("_child", _child(warehouse, satellite)),
            ("_waits", str(satellite.orphans == "quarantine").lower()),
            ("_position", f"row_number() over (partition by s.batch_id order by {places})"),
        ),
    )

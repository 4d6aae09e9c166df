"""The plan of an extended tracking satellite: when which satellite of a key changed."""

from dataclasses import replace

from vault_assets.model import ExtendedTrackingSatellite, Satellite, Warehouse
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


def plan(warehouse: Warehouse, name: str, tracking: ExtendedTrackingSatellite) -> VaultPlan:
    """Return the plan of extended tracking satellite `name`.

    Its satellites are fed by several stages, whose batches come in no common order: a late batch
    loads its keys anew.
    """
    followed = {each: warehouse.satellites[each] for each in tracking.satellites}
    parents = [parent_plan(warehouse, tracking.parent, s.binding.stage) for s in followed.values()]
    parent = replace(parents[0], fed=all(each.fed for each in parents))
    waits = any(satellite.orphans == "quarantine" for satellite in followed.values())
    key = ColumnPlan(
        parent.key,
        hash_type(warehouse),
        nullable=False,
        description=f"Key of {tracking.parent}.",
    )
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
        bindings=tuple(
            _binding(warehouse, parent, each, satellite) for each, satellite in followed.items()
        ),
        needs=(parent.key,),
        ghost_keys=(parent.key,),
        parents=(parent,) if waits else (),
        relations=(parent,),
        orphans="quarantine" if waits else "pass",
        history=True,
        late="repair",
        options={"satellites": [TablePlan("vault", each, ()) for each in followed]},
    )


def _binding(
    warehouse: Warehouse, parent: ParentPlan, name: str, satellite: Satellite
) -> BindingPlan:
    columns = ((parent.key, parent.key), ("hashdiff", f"hd_{name}"))
    found = binding_plan(warehouse, satellite, parent, columns, (parent.key,))
    order = satellite.order if isinstance(satellite.order, tuple) else ()
    places = ", ".join([*(f"s.{quoted(column)}" for column in order), "s.row_no"])
    is_set = row_order(warehouse, satellite) == "none"
    return replace(
        found,
        # The columns that order rows are other ones in each stage: their place is what they share.
        columns=columns,
        expressions=(
            ("satellite", literal(name)),
            ("_is_set", str(is_set).lower()),
            ("_waits", str(satellite.orphans == "quarantine").lower()),
            ("_position", f"row_number() over (partition by s.batch_id order by {places})"),
        ),
    )

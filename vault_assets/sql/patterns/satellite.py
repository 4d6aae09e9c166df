"""The plan of a satellite."""

from vault_assets.model import Satellite, Warehouse
from vault_assets.sql.patterns.history import (
    binding_plan,
    is_complete,
    parent_plan,
    row_order,
    sequence,
)
from vault_assets.sql.plans import (
    HISTORY,
    ColumnPlan,
    TablePlan,
    VaultPlan,
    hash_type,
    system_columns,
)


def plan(warehouse: Warehouse, name: str, satellite: Satellite) -> VaultPlan:
    """Return the plan of satellite `name`."""
    parent = parent_plan(warehouse, satellite.parent, satellite.binding.stage)
    types = warehouse.stage_types(satellite.binding.stage)
    stage = satellite.binding.stage
    columns = (
        ColumnPlan(
            parent.key,
            hash_type(warehouse),
            nullable=False,
            description=f"Key of {satellite.parent}.",
        ),
        *(
            ColumnPlan(
                column, types[origin], description=warehouse.described(stage, origin), hashed=True
            )
            for column, origin in satellite.payload.items()
        ),
        *system_columns(history=True, hashes=hash_type(warehouse)),
    )
    return VaultPlan(
        pattern=satellite.pattern,
        direct=True,
        touched=(parent.key, *HISTORY),
        table=TablePlan("vault", name, columns, satellite.description),
        key=parent.key,
        unit=(parent.key,),
        primary_key=(parent.key, "load_ts", "load_seq"),
        bindings=(
            binding_plan(
                warehouse,
                satellite,
                parent,
                ((parent.key, parent.key), ("hashdiff", f"hd_{name}"), *satellite.payload.items()),
                (parent.key,),
            ),
        ),
        needs=(parent.key,),
        ghost_keys=(parent.key,),
        parents=(parent,) if satellite.orphans == "quarantine" else (),
        relations=(parent,),
        orphans=satellite.orphans or "pass",
        history=True,
        late=satellite.late,
        order=row_order(warehouse, satellite),
        sequence=sequence(satellite),
        options={"views": satellite.views, "complete": is_complete(warehouse, satellite)},
    )

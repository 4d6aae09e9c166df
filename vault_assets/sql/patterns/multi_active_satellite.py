"""The plan of a multi-active satellite: sets of rows per key, or a log of events."""

from vault_assets.model import MultiActiveSatellite, Warehouse
from vault_assets.sql.patterns.history import (
    binding_plan,
    is_complete,
    parent_plan,
    row_order,
)
from vault_assets.sql.plans import ColumnPlan, TablePlan, VaultPlan, hash_type, system_columns


def plan(warehouse: Warehouse, name: str, satellite: MultiActiveSatellite) -> VaultPlan:
    """Return the plan of multi-active satellite `name`."""
    parent = parent_plan(warehouse, satellite.parent, satellite.binding.stage)
    types = warehouse.stage_types(satellite.binding.stage)
    stage = satellite.binding.stage
    described = {**satellite.child_keys, **satellite.payload}
    set_hash = ColumnPlan(
        "set_hash", hash_type(warehouse), description="Hash of the whole set of the key."
    )
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
            for column, origin in described.items()
        ),
        *system_columns(history=True, hashes=hash_type(warehouse)),
        *(() if satellite.append_only else (set_hash,)),
    )
    return VaultPlan(
        pattern="multi_active_log" if satellite.append_only else satellite.pattern,
        table=TablePlan("vault", name, columns, satellite.description),
        key=parent.key,
        unit=(parent.key,),
        primary_key=(
            (parent.key, "hashdiff")
            if satellite.append_only
            else (parent.key, "load_ts", *satellite.child_keys)
        ),
        bindings=(
            binding_plan(
                warehouse,
                satellite,
                parent,
                ((parent.key, parent.key), ("hashdiff", f"hd_{name}"), *described.items()),
                (parent.key,),
            ),
        ),
        needs=(parent.key,),
        ghost_keys=(parent.key,),
        parents=(parent,) if satellite.orphans == "quarantine" else (),
        relations=(parent,),
        orphans=satellite.orphans or "pass",
        history=True,
        # Events are a growing set: the order in which batches arrive does not matter.
        late="accept" if satellite.append_only else satellite.late,
        order=row_order(warehouse, satellite),
        options={
            "child_keys": tuple(satellite.child_keys),
            "members": tuple((column, types[origin]) for column, origin in described.items()),
            "views": satellite.views,
            "complete": is_complete(warehouse, satellite),
        },
    )

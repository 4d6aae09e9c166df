"""The plan of a record-tracking satellite."""

from vault_assets.model import RecordTrackingSatellite, Warehouse
from vault_assets.sql.patterns.history import binding_plan, parent_plan
from vault_assets.sql.plans import (
    TIMESTAMP,
    ColumnPlan,
    TablePlan,
    VaultPlan,
    hash_type,
    system_columns,
)

UNTIL = ColumnPlan(
    "until_ts",
    TIMESTAMP,
    description="Of a compacted row: load time of the last batch of the run that it stands for.",
)


def plan(warehouse: Warehouse, name: str, satellite: RecordTrackingSatellite) -> VaultPlan:
    """Return the plan of record-tracking satellite `name`."""
    parent = parent_plan(warehouse, satellite.parent, satellite.binding.stage)
    key = ColumnPlan(
        parent.key,
        hash_type(warehouse),
        nullable=False,
        description=f"Key of {satellite.parent}.",
    )
    return VaultPlan(
        pattern=satellite.pattern,
        table=TablePlan(
            "vault", name, (key, *system_columns(history=False), UNTIL), satellite.description
        ),
        key=parent.key,
        unit=(parent.key,),
        primary_key=(parent.key, "batch_id"),
        bindings=(
            binding_plan(warehouse, satellite, parent, ((parent.key, parent.key),), (parent.key,)),
        ),
        needs=(parent.key,),
        ghost_keys=(parent.key,),
        parents=(parent,) if satellite.orphans == "quarantine" else (),
        relations=(parent,),
        orphans=satellite.orphans or "pass",
        # A compacted row says nothing of the batches within it: late ones rebuild the table.
        whole=satellite.keep is not None,
        options={"views": satellite.views, "keep": satellite.retention},
    )

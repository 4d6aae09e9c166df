"""The plan of an effectivity satellite with a driving key."""

from vault_assets.model import EffectivitySatellite, Warehouse
from vault_assets.sql.patterns.history import binding_plan, parent_plan, row_order
from vault_assets.sql.plans import (
    BOOLEAN,
    TIMESTAMP,
    UUID,
    ColumnPlan,
    TablePlan,
    VaultPlan,
    system_columns,
)


def plan(warehouse: Warehouse, name: str, satellite: EffectivitySatellite) -> VaultPlan:
    """Return the plan of effectivity satellite `name`."""
    parent = parent_plan(warehouse, satellite.link, satellite.binding.stage)
    since = satellite.effective_from
    columns = (
        ColumnPlan(parent.key, UUID, nullable=False, description=f"Key of {satellite.link}."),
        *(
            ColumnPlan(role, UUID, nullable=False, description="Driving key.", hashed=True)
            for role in satellite.driving
        ),
        ColumnPlan(satellite.active, BOOLEAN, description="Whether the relation holds from then."),
        ColumnPlan(since.column, TIMESTAMP, description="Since when."),
        *system_columns(history=True),
    )
    first = (("_first", since.first),) if since.first else ()
    return VaultPlan(
        pattern=satellite.pattern,
        table=TablePlan("vault", name, columns, satellite.description),
        key=parent.key,
        unit=satellite.driving,
        primary_key=(parent.key, "load_ts", "load_seq"),
        bindings=(
            binding_plan(
                warehouse,
                satellite,
                parent,
                (
                    (parent.key, parent.key),
                    *((role, role) for role in satellite.driving),
                    *first,
                ),
                satellite.driving,
            ),
        ),
        needs=satellite.driving,
        ghost_keys=(parent.key, *satellite.driving),
        parents=(parent,) if satellite.orphans == "quarantine" else (),
        relations=(parent,),
        orphans=satellite.orphans or "pass",
        history=True,
        late=satellite.late,
        order=row_order(warehouse, satellite),
        options={
            "views": satellite.views,
            "active": satellite.active,
            "effective_from": since.column,
            "first": since.first,
            "written_keys": "unnest([_partner, _partner_before])",
            "hashed": ((satellite.active, BOOLEAN), (since.column, TIMESTAMP)),
        },
    )

"""The plan of a status-tracking satellite: by appearance, or by the operations of a cdc source."""

from dataclasses import replace

from vault_assets.hashing import profile_of
from vault_assets.model import StatusTrackingSatellite, Warehouse
from vault_assets.model.names import literal, quoted
from vault_assets.sql.patterns.appearance import States, appearance_plan
from vault_assets.sql.patterns.history import binding_plan, parent_plan, row_order, sequence
from vault_assets.sql.plans import (
    HISTORY,
    TEXT,
    ColumnPlan,
    TablePlan,
    VaultPlan,
    hash_type,
    system_columns,
)

COLUMNS = (
    ColumnPlan("status", TEXT, description="ACTIVE or DELETED.", hashed=True),
    ColumnPlan("reason", TEXT, description="How that is known: present, absent or cdc."),
)


def plan(warehouse: Warehouse, name: str, satellite: StatusTrackingSatellite) -> VaultPlan:
    """Return the plan of status-tracking satellite `name`."""
    if satellite.operation:
        return _by_operation(warehouse, name, satellite)
    return appearance_plan(
        warehouse,
        satellite,
        name,
        satellite.parent,
        States(
            columns=COLUMNS,
            expressions=(
                "case when _is_active then 'ACTIVE' else 'DELETED' end",
                "case when _is_active then 'present' else 'absent' end",
            ),
            is_active="status = 'ACTIVE'",
            hold_over=satellite.hold_if_closing_over,
        ),
    )


def _by_operation(warehouse: Warehouse, name: str, satellite: StatusTrackingSatellite) -> VaultPlan:
    parent = parent_plan(warehouse, satellite.parent, satellite.binding.stage)
    deleted = ", ".join(map(literal, satellite.deleted))
    is_deleted = f"coalesce(s.{quoted(satellite.operation or '')}, '') in ({deleted})"
    status = f"case when {is_deleted} then 'DELETED' else 'ACTIVE' end"
    binding = binding_plan(warehouse, satellite, parent, ((parent.key, parent.key),), (parent.key,))
    rules = profile_of(warehouse.hashing)
    expressions = (
        ("status", status),
        ("reason", "'cdc'"),
        ("hashdiff", rules.sql_own_hashdiff([(f"({status})", TEXT)])),
    )
    return VaultPlan(
        pattern="satellite",
        direct=True,
        touched=(parent.key, *HISTORY),
        table=TablePlan(
            "vault",
            name,
            (
                ColumnPlan(
                    parent.key,
                    hash_type(warehouse),
                    nullable=False,
                    description=f"Key of {satellite.parent}.",
                ),
                *COLUMNS,
                *system_columns(history=True, hashes=hash_type(warehouse)),
            ),
            satellite.description,
        ),
        key=parent.key,
        unit=(parent.key,),
        primary_key=(parent.key, "load_ts", "load_seq"),
        bindings=(replace(binding, expressions=expressions),),
        needs=(parent.key,),
        ghost_keys=(parent.key,),
        parents=(parent,) if satellite.orphans == "quarantine" else (),
        relations=(parent,),
        orphans=satellite.orphans or "pass",
        history=True,
        late=satellite.late,
        order=row_order(warehouse, satellite),
        sequence=sequence(satellite),
    )

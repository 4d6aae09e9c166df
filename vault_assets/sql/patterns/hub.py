"""The plan of a hub."""

from vault_assets.model import Hub, Warehouse
from vault_assets.model.references import key_type
from vault_assets.model.vault import HubBinding
from vault_assets.sql.patterns.details import column_values
from vault_assets.sql.plans import (
    TEXT,
    BindingPlan,
    ColumnPlan,
    TablePlan,
    VaultPlan,
    hash_type,
    system_columns,
)
from vault_assets.sql.stages import stage_plan


def plan(warehouse: Warehouse, name: str, hub: Hub) -> VaultPlan:
    """Return the plan of hub `name`."""
    columns = (
        ColumnPlan(
            hub.hash_key,
            hash_type(warehouse),
            nullable=False,
            description="Hash of the business key.",
        ),
        *(
            ColumnPlan(column, key_type(warehouse, hub, column) or TEXT, hashed=column in hub.keys)
            for column in (*hub.keys, *hub.payload)
        ),
        *system_columns(history=False),
    )
    return VaultPlan(
        pattern=hub.pattern,
        table=TablePlan("vault", name, columns, hub.description),
        key=hub.hash_key,
        unit=(hub.hash_key,),
        primary_key=(hub.hash_key,),
        bindings=tuple(
            BindingPlan(
                stage=stage_plan(warehouse, binding.stage),
                columns=(
                    (hub.hash_key, binding.role or hub.hash_key),
                    *((c, binding.columns.get(c, c)) for c in (*hub.keys, *hub.payload)),
                ),
                unit=(binding.role or hub.hash_key,),
                where=binding.where or "true",
                details=((f"null_key:{hub.hash_key}", "'no key: ' || " + _values(hub, binding)),),
            )
            for binding in hub.bindings
        ),
        needs=(hub.hash_key,),
        ghost_keys=(hub.hash_key,),
        options={"keys": hub.keys, "key_types": [key_type(warehouse, hub, k) for k in hub.keys]},
    )


def _values(hub: Hub, binding: HubBinding) -> str:
    return column_values(tuple(binding.columns.get(key, key) for key in hub.keys))

"""The plan of a hub."""

from collections.abc import Iterator

from vault_assets.model import Hub, Warehouse
from vault_assets.model.names import quoted
from vault_assets.model.references import feeds, key_type
from vault_assets.model.relations import HubBinding
from vault_assets.sql.null_keys import hub_placeholders
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
from vault_assets.sql.role_views import role_views
from vault_assets.sql.stages import role_columns, stage_plan


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
        direct=True,
        table=TablePlan("vault", name, columns, hub.description),
        key=hub.hash_key,
        unit=(hub.hash_key,),
        primary_key=(hub.hash_key,),
        bindings=(*_bindings(warehouse, hub), *_inferred(warehouse, name, hub)),
        needs=() if all(hub.null_policy(key) == "allow" for key in hub.keys) else (hub.hash_key,),
        ghost_keys=(hub.hash_key,),
        options={
            "keys": hub.keys,
            "key_types": [key_type(warehouse, hub, k) for k in hub.keys],
            "role_views": role_views(warehouse, name),
        },
    )


def _bindings(warehouse: Warehouse, hub: Hub) -> Iterator[BindingPlan]:
    for binding in hub.bindings:
        role = binding.role or hub.hash_key
        yield BindingPlan(
            stage=stage_plan(warehouse, binding.stage),
            columns=(
                (hub.hash_key, role),
                *((c, binding.columns.get(c, c)) for c in (*hub.keys, *hub.payload)),
            ),
            unit=(role,),
            where=binding.where or "true",
            details=((f"null_key:{hub.hash_key}", "'no key: ' || " + _values(hub, binding)),),
            placeholders=hub_placeholders(warehouse, hub),
        )


def _inferred(warehouse: Warehouse, name: str, hub: Hub) -> Iterator[BindingPlan]:
    """Yield a binding for each link that lets the hub know of the keys that it refers to."""
    for _, _, link in warehouse.relations():
        for binding in link.bindings if link.orphans == "infer" else ():
            for role in (role for role, known in link.hubs.items() if known == name):
                columns = role_columns(warehouse, link, binding, role)
                if feeds(hub, binding.stage, columns):
                    continue
                conditions = [f"{quoted(role)} is not null"]
                conditions += [f"({binding.where})"] if binding.where else []
                yield BindingPlan(
                    stage=stage_plan(warehouse, binding.stage),
                    columns=(
                        (hub.hash_key, role),
                        *zip(hub.keys, columns, strict=True),
                        *((column, None) for column in hub.payload),
                    ),
                    unit=(role,),
                    where=" and ".join(conditions),
                    inferred=True,
                    placeholders=hub_placeholders(warehouse, hub),
                )


def _values(hub: Hub, binding: HubBinding) -> str:
    return column_values(tuple(binding.columns.get(key, key) for key in hub.keys))

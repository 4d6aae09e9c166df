"""The plan of a link."""

from vault_assets.hashing import Part
from vault_assets.model import Link, SameAsLink, Warehouse
from vault_assets.model.names import quoted
from vault_assets.model.references import key_type, own_keys
from vault_assets.sql.patterns.relations import (
    binding_plan,
    column_type,
    judged_parents,
    needed,
    relations,
    role_plans,
)
from vault_assets.sql.plans import ColumnPlan, TablePlan, VaultPlan, hash_type, system_columns


def plan(warehouse: Warehouse, name: str, link: Link) -> VaultPlan:
    """Return the plan of link `name`."""
    columns = (
        ColumnPlan(
            link.hash_key, hash_type(warehouse), nullable=False, description="Hash of all hub keys."
        ),
        *role_plans(warehouse, link),
        *(
            ColumnPlan(column, column_type(warehouse, link, column), hashed=True)
            for column in link.child_keys
        ),
        *system_columns(history=False),
    )
    return VaultPlan(
        pattern=link.pattern,
        direct=link.orphans != "unknown",
        table=TablePlan("vault", name, columns, link.description),
        key=link.hash_key,
        unit=(link.hash_key,),
        primary_key=(link.hash_key,),
        bindings=tuple(
            binding_plan(warehouse, link, binding, link.child_keys) for binding in link.bindings
        ),
        needs=needed(link, *link.child_keys),
        ghost_keys=(link.hash_key, *link.hubs),
        parents=judged_parents(warehouse, link),
        relations=relations(warehouse, link),
        orphans=link.orphans or "pass",
        options={"roles": tuple(link.hubs), "key_parts": key_parts(warehouse, link)},
    )


def key_parts(warehouse: Warehouse, link: Link | SameAsLink) -> list[Part]:
    """Return the parts of the link's key as the check finds them: in the hubs, and its own."""
    parts: list[Part] = []
    for number, hub_name in enumerate(link.hubs.values()):
        hub = warehouse.hubs[hub_name]
        for key in hub.keys:
            declared = key_type(warehouse, hub, key)
            assert declared is not None  # noqa: S101  the declaration is validated
            parts.append((f"hub_{number}.{quoted(key)}", declared))
    own = [(f"l.{quoted(name)}", column_type(warehouse, link, name)) for name in own_keys(link)]
    return [*parts, *own]

"""The plan of a non-historized link."""

from typing import Any

from vault_assets.model import NonHistorizedLink, Warehouse
from vault_assets.sql.patterns.relations import (
    binding_plan,
    column_type,
    judged_parents,
    needed,
    relations,
    role_plans,
)
from vault_assets.sql.plans import ColumnPlan, TablePlan, VaultPlan, hash_type, system_columns


def plan(warehouse: Warehouse, name: str, link: NonHistorizedLink) -> VaultPlan:
    """Return the plan of non-historized link `name`."""
    own = (*link.identity, *link.payload)
    hashes = hash_type(warehouse)
    columns = (
        ColumnPlan(link.hash_key, hashes, nullable=False, description="Hash of the identity."),
        *role_plans(warehouse, link),
        *(ColumnPlan(column, column_type(warehouse, link, column), hashed=True) for column in own),
        ColumnPlan("hashdiff", hashes, nullable=False, description="Hash of hub keys and payload."),
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
            binding_plan(warehouse, link, binding, own, ("hashdiff", f"hd_{name}"))
            for binding in link.bindings
        ),
        needs=needed(link, *link.identity),
        ghost_keys=(link.hash_key, *link.hubs, "hashdiff"),
        parents=judged_parents(warehouse, link),
        relations=relations(warehouse, link),
        orphans=link.orphans or "pass",
        options={"roles": tuple(link.hubs), **_earliest(link)},
    )


def _earliest(link: NonHistorizedLink) -> dict[str, Any]:
    """Return which bindings take the earliest rows only: their rows may have to make place."""
    chosen = tuple(n for n, binding in enumerate(link.bindings) if binding.earliest)
    affected = "vault/non_historized_link/displaced.sql"
    return {"affected": affected, "earliest": chosen} if chosen else {}

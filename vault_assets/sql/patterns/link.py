"""The plan of a link."""

from vault_assets.model import Link, Warehouse
from vault_assets.model.references import feeds
from vault_assets.model.vault import LinkBinding
from vault_assets.sql.patterns.details import column_values
from vault_assets.sql.plans import (
    BindingPlan,
    ColumnPlan,
    ParentPlan,
    TablePlan,
    VaultPlan,
    hash_type,
    system_columns,
)
from vault_assets.sql.stages import role_columns, stage_plan


def plan(warehouse: Warehouse, name: str, link: Link) -> VaultPlan:
    """Return the plan of link `name`."""
    columns = (
        ColumnPlan(
            link.hash_key, hash_type(warehouse), nullable=False, description="Hash of all hub keys."
        ),
        *(
            ColumnPlan(
                role,
                hash_type(warehouse),
                nullable=False,
                description=f"Key of {hub}.",
                hashed=True,
            )
            for role, hub in link.hubs.items()
        ),
        *system_columns(history=False),
    )
    relations = tuple(
        ParentPlan(
            TablePlan("vault", hub, ()),
            warehouse.hubs[hub].hash_key,
            role,
            fed=all(
                feeds(
                    warehouse.hubs[hub],
                    binding.stage,
                    role_columns(warehouse, link, binding, role),
                )
                for binding in link.bindings
            ),
        )
        for role, hub in link.hubs.items()
    )
    return VaultPlan(
        pattern=link.pattern,
        table=TablePlan("vault", name, columns, link.description),
        key=link.hash_key,
        unit=(link.hash_key,),
        primary_key=(link.hash_key,),
        bindings=tuple(_binding(warehouse, link, binding) for binding in link.bindings),
        needs=tuple(link.hubs),
        ghost_keys=(link.hash_key, *link.hubs),
        parents=relations if link.orphans == "quarantine" else (),
        relations=relations,
        orphans=link.orphans or "pass",
        options={"roles": tuple(link.hubs)},
    )


def _binding(warehouse: Warehouse, link: Link, binding: LinkBinding) -> BindingPlan:
    details = []
    for role, hub in link.hubs.items():
        values = column_values(role_columns(warehouse, link, binding, role))
        details += [
            (f"null_key:{role}", f"'no key: ' || {values}"),
            (f"orphan:{role}", f"'not in {hub}: ' || {values}"),
        ]
    names = (link.hash_key, *link.hubs)
    return BindingPlan(
        stage=stage_plan(warehouse, binding.stage),
        columns=tuple((name, name) for name in names),
        unit=(link.hash_key,),
        where=binding.where or "true",
        details=tuple(details),
    )

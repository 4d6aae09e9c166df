"""The plan of a same-as link."""

from dataclasses import replace

from vault_assets.model import SameAsLink, Warehouse
from vault_assets.model.relations import LinkBinding
from vault_assets.sql.master_views import master_view
from vault_assets.sql.patterns.link import key_parts
from vault_assets.sql.patterns.relations import (
    binding_plan,
    judged_parents,
    needed,
    relations,
    role_plans,
)
from vault_assets.sql.plans import (
    BOOLEAN,
    BindingPlan,
    ColumnPlan,
    TablePlan,
    VaultPlan,
    hash_type,
    system_columns,
)

STATED = "stated_master"


def plan(warehouse: Warehouse, name: str, link: SameAsLink) -> VaultPlan:
    """Return the plan of same-as link `name`.

    Batches count in their order, for a later one may give a duplicate another master: a late batch
    loads the table anew.
    """
    master, duplicate = link.hubs
    hashes = hash_type(warehouse)
    of_master, of_duplicate = role_plans(warehouse, link)
    columns = (
        ColumnPlan(
            link.hash_key, hashes, nullable=False, description="Hash of the stated pair of keys."
        ),
        replace(of_master, description="Final master, at the end of the chain.", hashed=False),
        replace(of_duplicate, description="Key that stands for the same thing."),
        ColumnPlan(STATED, hashes, nullable=False, description="Master as stated.", hashed=True),
        ColumnPlan("is_current", BOOLEAN, description="Whether no later pair replaces it."),
        *system_columns(history=False),
    )
    return VaultPlan(
        pattern=link.pattern,
        table=TablePlan("vault", name, columns, link.description),
        key=link.hash_key,
        unit=(link.hash_key,),
        primary_key=(link.hash_key,),
        bindings=tuple(_binding(warehouse, link, binding) for binding in link.bindings),
        needs=needed(link),
        ghost_keys=(link.hash_key, master, duplicate, STATED),
        parents=judged_parents(warehouse, link),
        relations=relations(warehouse, link),
        orphans=link.orphans or "pass",
        late="repair",
        whole=True,
        options={
            "master": master,
            "duplicate": duplicate,
            "stated": STATED,
            "roles": (STATED, duplicate),
            "key_parts": key_parts(warehouse, link),
            "master_view": master_view(warehouse, name),
        },
    )


def _binding(warehouse: Warehouse, link: SameAsLink, binding: LinkBinding) -> BindingPlan:
    found = binding_plan(warehouse, link, binding, ())
    told = (
        ("self_pair", "'a key cannot be its own master'"),
        ("cycle", "'with the pairs before it, the master would be a duplicate of its duplicate'"),
    )
    return replace(found, details=(*found.details, *told))

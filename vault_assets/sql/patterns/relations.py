"""What the plans of all kinds of links share: hubs in roles, policies, where rows come from."""

from vault_assets.model import Relation, Warehouse
from vault_assets.model.references import feeds
from vault_assets.model.relations import LinkBinding
from vault_assets.model.types import ColumnType
from vault_assets.sql.patterns.details import column_values
from vault_assets.sql.plans import BindingPlan, ColumnPlan, ParentPlan, TablePlan, hash_type
from vault_assets.sql.stages import role_columns, stage_plan
from vault_assets.sql.templates import render


def binding_condition(warehouse: Warehouse, binding: LinkBinding) -> str:
    """Return the SQL condition of the stage's rows that concern a link."""
    if binding.earliest is None:
        return binding.where or "true"
    stage = TablePlan(warehouse.stage_layer, binding.stage, ()).sql
    return render("vault/earliest.sql", binding=binding, stage=stage)


def role_plans(warehouse: Warehouse, link: Relation) -> tuple[ColumnPlan, ...]:
    """Return the columns that hold the keys of a link's hubs."""
    return tuple(
        ColumnPlan(
            role, hash_type(warehouse), nullable=False, description=f"Key of {hub}.", hashed=True
        )
        for role, hub in link.hubs.items()
    )


def column_type(warehouse: Warehouse, link: Relation, column: str) -> ColumnType:
    """Return the type of a column of a link's own, as its first binding gives it."""
    first = link.bindings[0]
    return warehouse.stage_types(first.stage)[first.columns.get(column, column)]


def relations(warehouse: Warehouse, link: Relation) -> tuple[ParentPlan, ...]:
    """Return the hubs of a link as its parents, in the order of roles."""
    return tuple(
        ParentPlan(
            TablePlan("vault", hub, ()),
            warehouse.hubs[hub].hash_key,
            role,
            fed=link.orphans == "infer"
            or all(
                feeds(
                    warehouse.hubs[hub], binding.stage, role_columns(warehouse, link, binding, role)
                )
                for binding in link.bindings
            ),
        )
        for role, hub in link.hubs.items()
    )


def judged_parents(warehouse: Warehouse, link: Relation) -> tuple[ParentPlan, ...]:
    """Return the hubs that decide over a row: where an unknown key keeps it out, or is replaced."""
    return relations(warehouse, link) if link.orphans in {"quarantine", "unknown"} else ()


def needed(link: Relation, *others: str) -> tuple[str, ...]:
    """Return the names that must not be NULL in a row: roles, unless declared otherwise."""
    return tuple(
        name
        for name in (*link.hubs, *others)
        if link.nulls.get(name, "reject") in {"reject", "fail"}
    )


def binding_plan(
    warehouse: Warehouse,
    link: Relation,
    binding: LinkBinding,
    own: tuple[str, ...],
    *added: tuple[str, str],
) -> BindingPlan:
    """Return where rows of a link come from.

    Args:
        warehouse: The declaration.
        link: The link.
        binding: One of its stages.
        own: Columns of the link beside the keys.
        added: Further (name in the query, column of the stage).
    """
    details = [(f"null_key:{name}", "'a part of its key is NULL'") for name in own]
    for role, hub in link.hubs.items():
        values = column_values(role_columns(warehouse, link, binding, role))
        details += [
            (f"null_key:{role}", f"'no key: ' || {values}"),
            (f"orphan:{role}", f"'not in {hub}: ' || {values}"),
        ]
    return BindingPlan(
        stage=stage_plan(warehouse, binding.stage),
        columns=(
            *((name, name) for name in (link.hash_key, *link.hubs)),
            *((name, binding.columns.get(name, name)) for name in own),
            *added,
        ),
        unit=(link.hash_key,),
        unknown=frozenset(role for role, policy in link.nulls.items() if policy == "unknown"),
        where=binding_condition(warehouse, binding),
        details=(*details, ("conflict", "'rows of one key contradict each other in the batch'")),
    )

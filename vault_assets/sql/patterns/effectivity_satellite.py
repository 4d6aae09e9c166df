"""The plan of an effectivity satellite with a driving key."""

from dataclasses import replace

from vault_assets.model import EffectivitySatellite, Warehouse
from vault_assets.model.names import quoted
from vault_assets.sql.master_views import master_view
from vault_assets.sql.patterns.appearance import States, appearance_plan
from vault_assets.sql.patterns.history import binding_plan, parent_plan, row_order, sequence
from vault_assets.sql.plans import (
    BOOLEAN,
    TIMESTAMP,
    ColumnPlan,
    TablePlan,
    VaultPlan,
    hash_type,
    system_columns,
)


def plan(warehouse: Warehouse, name: str, satellite: EffectivitySatellite) -> VaultPlan:
    """Return the plan of effectivity satellite `name`."""
    if not satellite.driving:
        return _by_appearance(warehouse, name, satellite)
    parent = parent_plan(warehouse, satellite.link, satellite.binding.stage)
    since = satellite.effective_from
    columns = (
        ColumnPlan(
            parent.key,
            hash_type(warehouse),
            nullable=False,
            description=f"Key of {satellite.link}.",
        ),
        *(
            ColumnPlan(
                role, hash_type(warehouse), nullable=False, description="Driving key.", hashed=True
            )
            for role in satellite.driving
        ),
        ColumnPlan(satellite.active, BOOLEAN, description="Whether the relation holds from then."),
        ColumnPlan(since.column, TIMESTAMP, description="Since when."),
        *system_columns(history=True, hashes=hash_type(warehouse)),
    )
    is_set = satellite.cardinality == "set"
    first = (("_first", since.first),) if since.first else ()
    return VaultPlan(
        pattern="effectivity_set" if is_set else satellite.pattern,
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
        sequence=sequence(satellite),
        options={
            "views": satellite.views,
            "master_view": master_view(warehouse, satellite.link),
            "active": satellite.active,
            "effective_from": since.column,
            "first": since.first,
            **({} if is_set else {"written_keys": "unnest([_partner, _partner_before])"}),
            "hashed": ((satellite.active, BOOLEAN), (since.column, TIMESTAMP)),
        },
    )


def _by_appearance(warehouse: Warehouse, name: str, satellite: EffectivitySatellite) -> VaultPlan:
    active, since = quoted(satellite.active), satellite.effective_from.column
    plan = appearance_plan(
        warehouse,
        satellite,
        name,
        satellite.link,
        States(
            columns=(
                ColumnPlan(satellite.active, BOOLEAN, description="Whether it holds from then."),
                ColumnPlan(since, TIMESTAMP, description="Since when."),
            ),
            expressions=("_is_active", "load_ts"),
            is_active=active,
        ),
    )
    view = master_view(warehouse, satellite.link)
    return replace(plan, options={**plan.options, "master_view": view, "active": satellite.active})

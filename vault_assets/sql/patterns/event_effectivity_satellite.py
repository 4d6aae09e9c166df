"""The plan of an effectivity satellite that follows the time of events."""

from vault_assets.model import EventEffectivitySatellite, Warehouse
from vault_assets.model.event_tables import EventBinding
from vault_assets.sql.plans import (
    INTEGER,
    TIMESTAMP,
    BindingPlan,
    ColumnPlan,
    ParentPlan,
    TablePlan,
    VaultPlan,
    hash_type,
    system_columns,
)
from vault_assets.sql.stages import stage_plan


def plan(warehouse: Warehouse, name: str, satellite: EventEffectivitySatellite) -> VaultPlan:
    """Return the plan of event effectivity satellite `name`."""
    parent = warehouse.links[satellite.link]
    start, end = satellite.columns.start, satellite.columns.end
    hashes = hash_type(warehouse)
    columns = (
        ColumnPlan(
            parent.hash_key, hashes, nullable=False, description=f"Key of {satellite.link}."
        ),
        *(
            ColumnPlan(role, hashes, nullable=False, description="Driving key.", hashed=True)
            for role in satellite.driving
        ),
        ColumnPlan(start, TIMESTAMP, description="When the relation began."),
        ColumnPlan(end, TIMESTAMP, description="When it ended; NULL while it holds."),
        ColumnPlan("effective_seq", INTEGER, description="Order of those that begin at one time."),
        *system_columns(history=False),
    )
    return VaultPlan(
        pattern=satellite.pattern,
        table=TablePlan("vault", name, columns, satellite.description),
        key=parent.hash_key,
        unit=satellite.driving,
        primary_key=(*satellite.driving, start, "effective_seq"),
        bindings=tuple(_binding(warehouse, satellite, each) for each in satellite.bindings),
        needs=(*satellite.driving, parent.hash_key, start),
        ghost_keys=(parent.hash_key, *satellite.driving),
        relations=(
            ParentPlan(
                TablePlan("vault", satellite.link, ()), parent.hash_key, parent.hash_key, fed=True
            ),
        ),
        sequence=(start, "_later", *_order(satellite), "load_ts", "_rank", "row_no"),
        options={
            "start": start,
            "end": end,
            "only_first": tuple(n for n, b in enumerate(satellite.bindings) if b.only_first),
            "affected": f"vault/{satellite.pattern}/affected.sql",
        },
    )


def _order(satellite: EventEffectivitySatellite) -> tuple[str, ...]:
    return tuple(f"_order_{place}" for place in range(len(satellite.order)))


def _binding(
    warehouse: Warehouse, satellite: EventEffectivitySatellite, binding: EventBinding
) -> BindingPlan:
    parent, start = warehouse.links[satellite.link], satellite.columns.start
    return BindingPlan(
        stage=stage_plan(warehouse, binding.stage),
        columns=(
            *((name, name) for name in (parent.hash_key, *satellite.driving)),
            (start, binding.at),
            *zip(_order(satellite), satellite.order, strict=True),
        ),
        expressions=(
            ("_only_first", str(binding.only_first).lower()),
            # At one time, what may only be the first comes first.
            ("_later", "0" if binding.only_first else "1"),
        ),
        unit=satellite.driving,
        where=binding.where or "true",
        details=tuple(
            (f"null_key:{name}", "'is NULL'")
            for name in (*satellite.driving, parent.hash_key, start)
        ),
    )

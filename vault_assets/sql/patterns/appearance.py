"""The plan of a table whose keys begin and end with their appearance in complete snapshots."""

from dataclasses import dataclass

from vault_assets.model import Warehouse
from vault_assets.model.histories import History
from vault_assets.sql.patterns.history import binding_plan, parent_plan
from vault_assets.sql.plans import ColumnPlan, TablePlan, VaultPlan, hash_type, system_columns


@dataclass(frozen=True)
class States:
    """How a table writes down that a key is active, or no longer.

    Args:
        columns: The columns that say so.
        expressions: SQL of each, over `_is_active` and `load_ts` of a change.
        is_active: SQL over the columns: whether the key is active.
        hold_over: Share of the active keys that a snapshot may close before it is refused.
    """

    columns: tuple[ColumnPlan, ...]
    expressions: tuple[str, ...]
    is_active: str
    hold_over: float | None = None


def appearance_plan(
    warehouse: Warehouse, table: History, name: str, parent_name: str, states: States
) -> VaultPlan:
    """Return the plan of table `name`, which follows the keys of hub or link `parent_name`."""
    stage = table.binding.stage
    parent = parent_plan(warehouse, parent_name, stage)
    hashes = hash_type(warehouse)
    return VaultPlan(
        pattern="appearance",
        table=TablePlan(
            "vault",
            name,
            (
                ColumnPlan(
                    parent.key, hashes, nullable=False, description=f"Key of {parent_name}."
                ),
                *states.columns,
                *system_columns(history=True, hashes=hashes),
            ),
            table.description,
        ),
        key=parent.key,
        unit=(parent.key,),
        primary_key=(parent.key, "load_ts", "load_seq"),
        bindings=(
            binding_plan(warehouse, table, parent, ((parent.key, parent.key),), (parent.key,)),
        ),
        needs=(parent.key,),
        ghost_keys=(parent.key,),
        parents=(parent,) if table.orphans == "quarantine" else (),
        relations=(parent,),
        orphans=table.orphans or "pass",
        history=True,
        late=table.late,
        whole=True,
        options={
            "is_active": states.is_active,
            "states": tuple(
                (column.name, expression)
                for column, expression in zip(states.columns, states.expressions, strict=True)
            ),
            "record_source": warehouse.sources[stage].record_source or warehouse.record_source,
            "hold_over": states.hold_over,
            "hashed": tuple((column.name, column.type) for column in states.columns),
        },
    )

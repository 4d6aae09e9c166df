"""What the plans of all history patterns share: parent, stage, order of rows and batches."""

from vault_assets.model import Relation, SameAsLink, Warehouse
from vault_assets.model.histories import History
from vault_assets.sql.plans import BindingPlan, ParentPlan, TablePlan
from vault_assets.sql.stages import stage_plan


def parent_plan(warehouse: Warehouse, name: str, stage: str) -> ParentPlan:
    """Return the hub or link `name` as the parent of a history table fed by `stage`."""
    parent = warehouse.parent(name)
    assert parent is not None  # noqa: S101  the declaration is validated
    refuses = isinstance(parent, SameAsLink) or (
        isinstance(parent, Relation) and parent.orphans == "quarantine"
    )
    takes_all = any(b.stage == stage and b.where is None for b in parent.bindings)
    return ParentPlan(
        TablePlan("vault", name, ()),
        parent.hash_key,
        parent.hash_key,
        fed=takes_all and not refuses,
    )


def binding_plan(
    warehouse: Warehouse,
    table: History,
    parent: ParentPlan,
    columns: tuple[tuple[str, str], ...],
    unit: tuple[str, ...],
) -> BindingPlan:
    """Return where the rows of a history table come from."""
    return BindingPlan(
        stage=stage_plan(warehouse, table.binding.stage),
        columns=(*columns, *order_columns(table)),
        unit=unit,
        where=table.binding.where or "true",
        details=(
            *((f"null_key:{column}", "'its key is NULL'") for column in unit),
            (f"orphan:{parent.refers}", f"'its key is not in {parent.table.name}'"),
            ("conflict", "'rows of one key contradict each other within the batch'"),
        ),
    )


def row_order(warehouse: Warehouse, table: History) -> str:
    """Return how rows of one key in one batch relate: declared, else by the kind of delivery."""
    if isinstance(table.order, tuple):
        return "file"
    delivery = warehouse.sources[table.binding.stage].delivery
    return table.order or ("none" if delivery == "full" else "file")


def order_columns(table: History) -> tuple[tuple[str, str], ...]:
    """Return (name in the query, stage column) of the columns that order the rows of a key."""
    columns = table.order if isinstance(table.order, tuple) else ()
    return tuple((f"_order_{place}", column) for place, column in enumerate(columns))


def sequence(table: History) -> tuple[str, ...]:
    """Return the names of the query by which the rows of a key follow each other."""
    return ("load_ts", *(name for name, _ in order_columns(table)), "row_no")


def is_complete(warehouse: Warehouse, table: History) -> bool:
    """Return whether each batch has all keys, so that a key that it lacks is gone."""
    return warehouse.sources[table.binding.stage].delivery == "full"

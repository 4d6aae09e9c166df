"""References between marts: a column that holds the key of another one."""

from typing import TYPE_CHECKING

from vault_assets.model.references import Problems

if TYPE_CHECKING:
    from vault_assets.model.warehouse import Warehouse


def check_mart_references(warehouse: "Warehouse", problems: Problems) -> None:
    """Record references to what is no mart with a key of one column."""
    labels = {warehouse.mart_label(name): mart for name, mart in warehouse.marts.items()}
    for name, mart in warehouse.marts.items():
        for column, target in mart.references.items():
            place = ("marts", name, "references", column)
            if problems.known(place, "mart", target, labels) and len(labels[target].key) != 1:
                problems.add(place, f"{target} needs a `key` of one column to be referred to")

"""The star schema of a warehouse: facts, the dimensions that they refer to, and their columns."""

from collections.abc import Mapping
from dataclasses import dataclass

from vault_assets.model import Warehouse
from vault_assets.sql.tracing import mart_columns


@dataclass(frozen=True)
class Star:
    """Tables of one layer that refer to each other.

    Args:
        tables: Columns of each table, by label `layer.name`.
        keys: Columns of the key of each table.
        references: (table, column, the table whose key it is).
    """

    tables: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, tuple[str, ...]]
    references: tuple[tuple[str, str, str], ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """Tables that refer to others, in the order of the declaration."""
        return tuple(dict.fromkeys(table for table, _, _ in self.references))

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Tables that are referred to, and refer to none."""
        targets = dict.fromkeys(target for _, _, target in self.references)
        return tuple(table for table in targets if table not in self.facts)


def star_of(warehouse: Warehouse) -> Star | None:
    """Return the star of a warehouse's declared references; None if there are none."""
    found = [
        (warehouse.mart_label(name), column, target)
        for name, mart in warehouse.marts.items()
        for column, target in mart.references.items()
    ]
    if not found:
        return None
    labels = dict.fromkeys([label for one, _, other in found for label in (one, other)])
    names = {warehouse.mart_label(name): name for name in warehouse.marts}
    return Star(
        {label: tuple(mart_columns(warehouse, names[label])) for label in labels},
        {label: warehouse.marts[names[label]].key for label in labels},
        tuple(found),
    )

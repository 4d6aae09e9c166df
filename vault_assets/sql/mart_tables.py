"""The table of a mart, by the layer that it is in."""

from vault_assets.model.warehouse import Warehouse
from vault_assets.sql.plans import TablePlan


def mart_table(warehouse: Warehouse, name: str) -> TablePlan:
    """Return the table, or the view, of a declared mart; its query says which columns it has."""
    return TablePlan(warehouse.mart_layer(name), name, (), design=warehouse.marts[name].vertica)

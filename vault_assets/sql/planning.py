"""Find the plan of a table: the pattern's name is the name of the module that knows."""

from dataclasses import replace
from importlib import import_module

from vault_assets.errors import DeclarationError
from vault_assets.hashing import profile_of
from vault_assets.model.names import nearest
from vault_assets.model.warehouse import Warehouse
from vault_assets.sql.once import once_per_warehouse
from vault_assets.sql.plans import VaultPlan


@once_per_warehouse
def vault_plan(warehouse: Warehouse, name: str) -> VaultPlan:
    """Return the plan of the vault table `name`.

    Raises:
        DeclarationError: The warehouse declares no such vault table.
    """
    tables = {table_name: table for _, table_name, table in warehouse.vault_tables()}
    if name not in tables:
        raise DeclarationError(
            f"no vault table {name!r}: {nearest(name, tables)}", where=warehouse.name
        )
    module = import_module(f"vault_assets.sql.patterns.{tables[name].pattern}")
    plan = module.plan(warehouse, name, tables[name])
    table = replace(plan.table, layout=tables[name].layout, design=tables[name].vertica)
    return replace(plan, table=table, rules=profile_of(warehouse.hashing))

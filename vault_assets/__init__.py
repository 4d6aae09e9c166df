"""Vault Assets: from files in S3 to a Data Vault 2.0 and marts, as Dagster assets on DuckLake."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vault_assets.api import Vault, open_lake, read_warehouse
    from vault_assets.connecting import connect
    from vault_assets.loading.marts import Query
    from vault_assets.orchestration.component import Warehouse, warehouse_definitions
    from vault_assets.orchestration.io_manager import Table
    from vault_assets.orchestration.wiring import platform_definitions

# Importing Dagster takes seconds: the library is imported without it until a name asks for it.
_HOMES = {
    "Query": "vault_assets.loading.marts",
    "Table": "vault_assets.orchestration.io_manager",
    "Vault": "vault_assets.api",
    "Warehouse": "vault_assets.orchestration.component",
    "connect": "vault_assets.connecting",
    "open_lake": "vault_assets.api",
    "platform_definitions": "vault_assets.orchestration.wiring",
    "read_warehouse": "vault_assets.api",
    "warehouse_definitions": "vault_assets.orchestration.component",
}

__all__ = [
    "Query",
    "Table",
    "Vault",
    "Warehouse",
    "connect",
    "open_lake",
    "platform_definitions",
    "read_warehouse",
    "warehouse_definitions",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'vault_assets' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

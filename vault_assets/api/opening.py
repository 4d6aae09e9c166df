"""Open a warehouse: in memory, in a folder, or where the settings say."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vault_assets.api.vault import Vault
from vault_assets.errors import DeclarationError
from vault_assets.model import Warehouse
from vault_assets.model.reading import read_warehouse
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake
from vault_assets.targets.memory import MemoryLake
from vault_assets.targets.opening import open_target


def open_lake(
    warehouse: Warehouse | Mapping[str, Any] | Path,
    *,
    folder: Path | None = None,
    settings: Settings | None = None,
) -> Vault:
    """Open a warehouse; use it as a context manager, or call `close`.

    Args:
        warehouse: The declaration: an object, the same as a dictionary, or a `defs.yaml`.
        folder: Keep the lake below this folder, with a catalog in a file. One process at a time.
        settings: Open the lake of these settings, as Dagster and the command line do. Default for
            both: in memory, nothing touches the disk, and closing forgets everything.

    Raises:
        DeclarationError: The declaration's file is wrong, or both places are given.
        pydantic.ValidationError: The declaration is wrong.
    """
    if isinstance(warehouse, Path):
        declared = read_warehouse(warehouse)
    else:
        declared = Warehouse.model_validate(warehouse)
    if folder is not None and settings is not None:
        raise DeclarationError("a lake is in a folder or where settings say, not both")
    if settings is not None:
        return Vault(declared, open_target(declared.name, settings))
    if folder is not None:
        return Vault(declared, DuckLake(declared.name, _settings_of(folder)))
    return Vault(declared, MemoryLake(declared.name))


def _settings_of(folder: Path) -> Settings:
    return Settings.model_construct(
        catalog=str(folder / "lake.ducklake"), data=str(folder / "data"), home=folder / "home"
    )

"""What every command needs: settings, declared warehouses, Dagster's home."""

import importlib.util
import os
import shutil
from pathlib import Path

from vault_assets.errors import SettingsError
from vault_assets.model import Warehouse
from vault_assets.model.names import nearest
from vault_assets.model.reading import declarations, read_warehouse
from vault_assets.settings import Settings
from vault_assets.sql.templates import sql_folder
from vault_assets.targets.opening import open_target
from vault_assets.targets.target import Target


def declaration_files(settings: Settings) -> list[Path]:
    """Return the declaration file of every warehouse of the project.

    Raises:
        SettingsError: The project's module cannot be found, or it declares nothing.
    """
    try:
        spec = importlib.util.find_spec(settings.module)
    except (ImportError, ValueError) as error:
        raise SettingsError(f"VAULT_ASSETS_MODULE={settings.module!r}: {error}") from error
    if spec is None or spec.origin is None:
        raise SettingsError(f"VAULT_ASSETS_MODULE={settings.module!r} cannot be imported")
    found = declarations(Path(spec.origin).parent)
    if not found:
        raise SettingsError(
            "no warehouse is declared",
            where=str(Path(spec.origin).parent),
            fix="`dg scaffold defs vault_assets.Warehouse <name>` writes one to start from.",
        )
    return found


def warehouses(settings: Settings) -> dict[str, Warehouse]:
    """Read the declaration of every warehouse.

    Raises:
        SettingsError: The project cannot be found, or declares nothing.
        DeclarationError: A declaration has mistakes.
    """
    return {item.name: item for item in map(read_warehouse, declaration_files(settings))}


def chosen(name: str | None, settings: Settings) -> Warehouse:
    """Return the named warehouse, else that of the settings, else the only one there is.

    Raises:
        SettingsError: There is no such warehouse, or no name was given and there are several.
        DeclarationError: A declaration has mistakes.
    """
    found = warehouses(settings)
    name = name or settings.warehouse or None
    if name is None and len(found) > 1:
        raise SettingsError(
            "which warehouse?",
            fix=f"Use --warehouse with one of {', '.join(found)}, or set VAULT_ASSETS_WAREHOUSE.",
        )
    name = name or next(iter(found))
    if name not in found:
        raise SettingsError(f"no warehouse {name!r}: {nearest(name, found)}")
    return found[name]


def lake_of(name: str, *, read_only: bool = False) -> Target:
    """Return the lake of a warehouse, with complete settings."""
    return open_target(name, read_only=read_only)


def dagster_home(settings: Settings) -> Path:
    """Make Dagster's home below `settings.home`, and point this process to it.

    A `DAGSTER_HOME` that is set already wins.
    """
    home = Path(os.environ.get("DAGSTER_HOME") or settings.home / "dagster").resolve()
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    shipped = sql_folder().parent / "dagster.yaml"
    if not config.exists() and shipped.is_file():
        shutil.copyfile(shipped, config)
    os.environ["DAGSTER_HOME"] = str(home)
    return home

"""What every command needs: settings, declared warehouses, Dagster's home."""

import importlib.util
import os
import shutil
from pathlib import Path

from vault_assets.errors import SettingsError
from vault_assets.local.resolve import resolved
from vault_assets.model import Warehouse
from vault_assets.model.names import nearest
from vault_assets.model.reading import declarations, read_warehouse
from vault_assets.settings import Settings
from vault_assets.sql.templates import sql_folder
from vault_assets.targets.ducklake import DuckLake


def declared(settings: Settings) -> dict[str, Path]:
    """Return the declaration file of every warehouse of the project, by name.

    Raises:
        SettingsError: The project's module cannot be found.
    """
    spec = importlib.util.find_spec(settings.module)
    if spec is None or spec.origin is None:
        raise SettingsError(f"VAULT_ASSETS_MODULE={settings.module!r} cannot be imported")
    return {path.parent.name: path for path in declarations(Path(spec.origin).parent)}


def warehouse(name: str, settings: Settings) -> Warehouse:
    """Read the declaration of one warehouse.

    Raises:
        SettingsError: There is no such warehouse; with the nearest name.
        DeclarationError: Its declaration has mistakes.
    """
    found = {item.name: item for item in map(read_warehouse, declared(settings).values())}
    if name not in found:
        raise SettingsError(f"no warehouse {name!r}: {nearest(name, found)}")
    return found[name]


def chosen(name: str | None, settings: Settings) -> Warehouse:
    """Return the named warehouse, or the only one there is.

    Raises:
        SettingsError: No name was given and there are several.
    """
    names = list(declared(settings))
    if name is None and len(names) > 1:
        raise SettingsError(
            "which warehouse?", fix=f"Use --warehouse with one of {', '.join(names)}."
        )
    return warehouse(name or names[0], settings)


def lake_of(name: str, *, read_only: bool = False) -> DuckLake:
    """Return the lake of a warehouse, with complete settings."""
    return DuckLake(name, resolved(), read_only=read_only)


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

"""`up`, `down`, `land`: local servers, and files for them."""

import datetime as dt
import importlib
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from vault_assets.cli.grids import terminal
from vault_assets.cli.project import chosen, dagster_home, warehouses
from vault_assets.errors import SettingsError
from vault_assets.landing.globs import compiled
from vault_assets.landing.store import open_store
from vault_assets.local import services
from vault_assets.local.resolve import resolved
from vault_assets.model import Warehouse
from vault_assets.model.names import nearest
from vault_assets.settings import Settings

console = terminal()


def up() -> None:
    """Start the local S3 server and the Postgres catalog, unless the settings name yours."""
    settings = Settings()
    dagster_home(settings)
    own_store = bool(settings.landing and settings.data)
    own_catalog = bool(settings.catalog)
    if own_store and own_catalog:
        console.print("The settings name a store and a catalog of yours: nothing to start.")
        return
    started = services.up(settings.home, s3=not own_store, postgres=not own_catalog)
    if started.s3_endpoint:
        console.print(f"S3        {started.s3_endpoint}  buckets landing and lake")
    if started.catalog_url:
        console.print(f"Postgres  {started.catalog_url}")
    console.print(f"State     {settings.home}  (`vault-assets down` stops both)")


def down() -> None:
    """Stop the local servers; their data stays."""
    stopped = services.down(Settings().home)
    console.print(f"Stopped {', '.join(stopped)}." if stopped else "Nothing was running.")


def land(
    warehouse: Annotated[str, typer.Argument(help="Which warehouse's sample files.")],
    scale: Annotated[
        float,
        typer.Option(
            min=0.0001,
            help="1 = 100,000 users of social, 10,000 of audio, 10,000 sessions of clickstream.",
        ),
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = 0,
    date: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Of commerce: all rows, not only what changed that day.")
    ] = False,
    file: Annotated[Path | None, typer.Option(help="A file of yours, with --key.")] = None,
    key: Annotated[str, typer.Option(help="Where it lands: social/users/.../users.csv.")] = "",
) -> None:
    """Generate sample files of a warehouse, or take a file of yours, and upload."""
    if file is not None:
        _land_file(warehouse, file, key)
        return
    if key:
        raise typer.BadParameter("--key says where --file lands: give both, or neither")
    try:
        samples = importlib.import_module(f"vault_assets.samples.{warehouse}")
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"there are no sample files for {warehouse!r}: "
            f"{nearest(warehouse, warehouses(Settings()))}",
            fix="Land yours: --file and --key.",
        ) from error
    settings = resolved()
    store = open_store(settings)
    store.ensure()
    day = date.date() if date else samples.FIRST_DATE
    more = {"full": True} if full else {}
    with tempfile.TemporaryDirectory() as folder:
        for path in samples.generate(Path(folder), scale=scale, seed=seed, date=day, **more):
            key = path.relative_to(folder).as_posix()
            store.put(key, path)
            console.print(f"landed {key}  {path.stat().st_size:,} bytes")


def _land_file(warehouse: str, file: Path, key: str) -> None:
    if not file.is_file():
        raise SettingsError("there is no such file", where=str(file))
    settings = resolved()
    _refuse_unread(chosen(warehouse, settings), key)
    open_store(settings).put(key, file)
    console.print(f"landed {key}  {file.stat().st_size:,} bytes")


def _refuse_unread(warehouse: Warehouse, key: str) -> None:
    """Refuse a key that no source reads: the file would lie there, and nobody would say so."""
    patterns = [pattern for source in warehouse.sources.values() for pattern in source.objects]
    groups = [source.group for source in warehouse.sources.values() if source.group]
    markers = {group.complete.marker for group in groups}
    if key.rpartition("/")[2] in markers or any(compiled(p).fullmatch(key) for p in patterns):
        return
    what = "no source reads this key" if key else "--key says where the file lands"
    fix = f"Sources of {warehouse.name} read {', '.join(patterns)}."
    raise SettingsError(what, where=key, fix=fix)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this module."""
    app.command()(up)
    app.command()(down)
    app.command()(land)

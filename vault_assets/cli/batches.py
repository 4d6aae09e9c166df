"""`batches`, `replay`, `rebuild`: look at what was loaded, and load it again."""

import uuid
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as Grid

from vault_assets.cli.project import chosen, lake_of
from vault_assets.landing.store import open_store
from vault_assets.loading.replaying import rebuild_vault, replay_batch
from vault_assets.loading.reporting import batch_list
from vault_assets.loading.vault import Loaded
from vault_assets.local.resolve import resolved
from vault_assets.settings import Settings

console = Console()
WarehouseOption = Annotated[str | None, typer.Option("--warehouse", "-w")]


def batches(
    name: WarehouseOption = None,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """List the newest batches with what became of their records."""
    with lake_of(chosen(name, Settings()).name) as lake:
        rows = batch_list(lake, source=source, limit=limit)
    grid = Grid("batch", "object", "status", "records", "loaded", "quarantined", "problem")
    for row in rows:
        grid.add_row(
            row["batch_id"],
            row["object_key"],
            row["status"] + (" (same content)" if row["duplicate_of"] else ""),
            *(
                "" if row[n] is None else f"{row[n]:,}"
                for n in ("records", "loaded", "quarantined")
            ),
            row["problem"] or "",
        )
    console.print(grid)


def replay(
    batch: Annotated[str, typer.Argument(help="Its id, see `vault-assets batches`.")],
    name: WarehouseOption = None,
) -> None:
    """Read one batch's object again and load every table that it feeds anew."""
    settings = resolved()
    found = chosen(name, settings)
    with lake_of(found.name) as lake:
        replayed = replay_batch(
            lake, open_store(settings), found, batch, run_id=_run_id(), progress=console.print
        )
    for staged in replayed.staged.batches:
        if staged.batch.batch_id == batch:
            console.print(f"{staged.loaded:,} rows, {staged.quarantined:,} quarantined")
    _show(replayed.loaded)
    console.print("Marts are as before: `vault-assets run` builds them anew.")


def rebuild(
    name: Annotated[str, typer.Argument(help="The warehouse.")],
) -> None:
    """Load every vault table anew from the kept stage rows; contents stay the same."""
    found = chosen(name, Settings())
    with lake_of(found.name) as lake:
        _show(rebuild_vault(lake, found, run_id=_run_id(), progress=console.print))


def _show(loaded: tuple[Loaded, ...]) -> None:
    grid = Grid("table", "rows written", "keys rebuilt", "quarantined")
    for item in loaded:
        grid.add_row(
            item.table,
            f"{item.rows_written:,}",
            f"{item.rebuilt:,}",
            f"{item.total('quarantined'):,}",
        )
    console.print(grid)


def _run_id() -> str:
    return f"cli-{uuid.uuid4()}"


def add_to(app: typer.Typer) -> None:
    """Register the commands of this module."""
    app.command()(batches)
    app.command()(replay)
    app.command()(rebuild)

"""`run`: materialize assets through Dagster, with progress."""

import time
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from vault_assets.cli.grids import terminal
from vault_assets.cli.project import dagster_home, warehouses
from vault_assets.local.resolve import resolved
from vault_assets.settings import Settings

console = terminal()


def run(
    selection: Annotated[
        str, typer.Argument(help="A warehouse, a table as social/mart/x, or Dagster's syntax.")
    ] = "*",
    partition: Annotated[
        str | None,
        typer.Option(
            help="Of marts by partition: 2024-05-01, 2024-05-01...2024-05-31 or all; by key: all."
        ),
    ] = None,
) -> None:
    """Materialize assets and show what became of the rows."""
    found = warehouses(Settings())  # mistakes in a declaration are told better here than by Dagster
    settings = resolved()  # without servers: one message, and not one per asset
    dagster_home(settings)
    from vault_assets.cli.running import materialize, partition_config, selected  # noqa: PLC0415  imports Dagster

    began = time.monotonic()
    keys = selected(settings.module, selection)
    config = partition_config(found, keys, partition) if partition else {}
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=len(keys))

        def follow(asset: str, state: str) -> None:
            progress.update(task, description=asset, advance=int(state != "started"))

        summary = materialize(settings.module, keys, follow, config)
    summary.show(console)
    made = f"{len(summary.rows)} of {len(keys)} assets"
    console.print(f"{made} in {time.monotonic() - began:.1f} s, run {summary.run_id}")
    if not summary.success:
        raise typer.Exit(1)


def add_to(app: typer.Typer) -> None:
    """Register the command of this module."""
    app.command()(run)

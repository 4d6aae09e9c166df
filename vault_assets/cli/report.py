"""`report`: pages and pictures of a warehouse, below the reports folder."""

from typing import Annotated

import typer

from vault_assets.cli.grids import terminal
from vault_assets.cli.project import chosen, dagster_home
from vault_assets.cli.run import run
from vault_assets.settings import Settings

console = terminal()


def report(
    name: Annotated[str | None, typer.Argument(help="The warehouse.")] = None,
    *,
    first_run: Annotated[
        bool, typer.Option("--run", help="Run the warehouse before; a failed run is reported too.")
    ] = False,
) -> None:
    """Write models, checks, failed rows, slowest models, metrics, lineage and star to files."""
    settings = Settings()
    warehouse = chosen(name, settings)
    dagster_home(settings)
    failed = None
    if first_run:
        try:
            run(warehouse.name)
        except typer.Exit as error:
            failed = error
    from vault_assets.cli.reporting import write_report  # noqa: PLC0415  imports Dagster

    for path in write_report(settings.module, warehouse, settings.reports / warehouse.name):
        console.print(f"wrote {path}", highlight=False, soft_wrap=True)
    if failed is not None:
        raise failed


def add_to(app: typer.Typer) -> None:
    """Register the command of this module."""
    app.command()(report)

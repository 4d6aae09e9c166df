"""`quarantine`, `release`: correct rows that were refused, allow snapshots that are held."""

import uuid
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from vault_assets.cli.grids import terminal
from vault_assets.cli.project import chosen, lake_of
from vault_assets.cli.query import Format, print_rows
from vault_assets.loading.approving import approve
from vault_assets.loading.quarantined import exported
from vault_assets.loading.releasing import release
from vault_assets.settings import Settings

console = terminal()
WarehouseOption = Annotated[str | None, typer.Option("--warehouse", "-w")]
BatchArgument = Annotated[str, typer.Argument(help="Its id, see `vault-assets batches`.")]


def quarantine(
    batch: BatchArgument,
    name: WarehouseOption = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """Print the quarantined rows of a batch that were not released yet, to correct them.

    Correct the cells in the CSV file and keep `row_no`; columns that begin with _ only explain.
    """
    found = chosen(name, Settings())
    with lake_of(found.name) as lake, exported(lake, found, batch) as rows:
        print_rows(rows, form)


def release_batch(
    batch: BatchArgument,
    file: Annotated[
        Path | None, typer.Option(help="CSV file of corrected rows; default: the lines again.")
    ] = None,
    held: Annotated[
        bool, typer.Option("--held", help="Allow the snapshot to close so many keys.")
    ] = False,
    reason: Annotated[str, typer.Option(help="With --held: why that is right.")] = "",
    name: WarehouseOption = None,
) -> None:
    """Release the quarantined rows of a batch as a new batch; --held: a snapshot that waits."""
    if (held and file) or (reason and not held):
        raise typer.BadParameter("--held takes --reason; --file is for quarantined rows")
    found = chosen(name, Settings())
    with lake_of(found.name) as lake:
        if held:
            made = approve(lake, found, batch, reason=reason)
            told = f"{batch} is approved by {made.approved_by} for {', '.join(made.tables)}"
        else:
            done = release(lake, found, batch, file, run_id=f"cli-{uuid.uuid4()}")
            told = (
                f"{done.released:,} rows of {batch} are released as {done.staged.batch.batch_id}: "
                f"{done.staged.loaded - done.carried:,} loaded, {done.staged.quarantined:,} "
                f"quarantined again, {done.carried:,} came with them; {done.left:,} are left"
            )
    console.print(escape(told), highlight=False, soft_wrap=True)
    console.print("`vault-assets run` applies it.")


def add_to(app: typer.Typer) -> None:
    """Register the commands of this module."""
    app.command()(quarantine)
    app.command("release")(release_batch)

"""`snapshots`: add snapshots to a snapshot control, and list them."""

import datetime as dt
from typing import Annotated

import typer

from vault_assets.cli.grids import cells, grid, terminal
from vault_assets.cli.project import chosen, lake_of
from vault_assets.errors import SettingsError
from vault_assets.loading.registering import utc_now
from vault_assets.loading.snapshots import add_snapshots, listed_snapshots
from vault_assets.settings import Settings

console = terminal()
snapshots = typer.Typer(help="The times as of which PITs and bridges are built.")
WarehouseOption = Annotated[str | None, typer.Option("--warehouse", "-w")]
ControlArgument = Annotated[str, typer.Argument(help="The snapshot control.")]


@snapshots.command()
def add(
    control: ControlArgument,
    times: Annotated[
        list[str] | None, typer.Argument(help="Snapshots in ISO format, UTC unless they say.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Add the declared ones up to this time, or `now`.")
    ] = None,
    reference: Annotated[
        str | None, typer.Option(help="Day from which the rules count back; default: the last.")
    ] = None,
    name: WarehouseOption = None,
) -> None:
    """Add snapshots and decide anew which are active; `vault-assets run` builds them."""
    given = [_time(text) for text in times or ()]
    last = _time(until) if until else None
    if not given and last is None:
        raise typer.BadParameter("give times, or --until")
    found = chosen(name, Settings())
    day = _time(reference) if reference else max(given + ([last] if last else []))
    with lake_of(found.name) as lake:
        added = add_snapshots(lake, found, control, times=given, until=last, reference=day.date())
    for time in added.added:
        console.print(f"added {time}", highlight=False)
    console.print(f"{len(added.added):,} added, {len(added.active):,} active")


@snapshots.command("list")
def list_them(control: ControlArgument, name: WarehouseOption = None) -> None:
    """List the snapshots, the rules that keep them, and the tables that hold them."""
    found = chosen(name, Settings())
    with lake_of(found.name) as lake:
        rows = listed_snapshots(lake, found, control)
    table = grid("snapshot", "active", "kept by", "built in")
    for row in rows:
        active = "yes" if row["is_active"] else "no"
        table.add_row(*cells(row["snapshot_ts"], active, row["matched_rule"], row["built_in"]))
    console.print(table)


def _time(text: str) -> dt.datetime:
    """Return a time in UTC without zone.

    Raises:
        SettingsError: The text is no time.
    """
    if text == "now":
        return utc_now()
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(
            f"{text!r} is no time", fix="Write 2024-06-01, or 2024-06-01T12:00:00."
        ) from error
    return found.astimezone(dt.UTC).replace(tzinfo=None) if found.tzinfo else found


def add_to(app: typer.Typer) -> None:
    """Register the commands of this module."""
    app.add_typer(snapshots, name="snapshots")

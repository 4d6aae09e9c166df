"""`status`: batches, what waits, what is quarantined, failing checks, freshness."""

from typing import Annotated

import typer
from rich.markup import escape

from vault_assets.cli.grids import cells, grid, terminal
from vault_assets.cli.project import chosen, dagster_home, lake_of, warehouses
from vault_assets.loading.approving import waiting_approvals
from vault_assets.loading.refreshing import model_freshness
from vault_assets.loading.reporting import source_status
from vault_assets.model import Warehouse
from vault_assets.settings import Settings

console = terminal()


def status(
    name: Annotated[str | None, typer.Option("--warehouse", "-w", help="Default: all.")] = None,
) -> None:
    """Show the state of the warehouses; exit code 1 if something waits or fails."""
    settings = Settings()
    shown = [chosen(name, settings)] if name else list(warehouses(settings).values())
    healthy = True
    for found in shown:
        healthy &= _sources(found)
        healthy &= _checks(found, settings)
        _newer_inputs(found)
    if not healthy:
        raise typer.Exit(1)


def _sources(found: Warehouse) -> bool:
    with lake_of(found.name) as lake:
        states = source_status(lake, found)
        approvals = waiting_approvals(lake, found)
    numbers = ("batches", "pending", "given up", "rows", "quarantined")
    table = grid("source", *numbers, "last load", numbers=frozenset(numbers))
    for state in states:
        counts = (state.batches, state.pending, state.given_up, state.rows, state.quarantined)
        last = f"{state.last_load:%Y-%m-%d %H:%M}" if state.last_load else "never"
        table.add_row(*cells(f"{found.name}/{state.source}", *counts, last))
    console.print(table)
    for row in approvals:
        who = f"approved by {row['approved_by']} at {row['approved_at']:%Y-%m-%d %H:%M}"
        told = f"{row['batch_id']}: {who}, not applied yet: {row['reason']}"
        console.print(escape(told), highlight=False, soft_wrap=True)
    return not any(state.pending for state in states)


def _checks(found: Warehouse, settings: Settings) -> bool:
    dagster_home(settings)
    from vault_assets.cli.health import failing_checks, mart_ages  # noqa: PLC0415  imports Dagster

    failing = failing_checks(settings.module, found.name)
    for asset, check, severity in failing:
        console.print(
            f"[{'red' if severity == 'ERROR' else 'yellow'}]{severity.lower()}[/]"
            f"  {asset}: check {check} fails"
        )
    for asset, hours in mart_ages(settings.module, found):
        limit = found.freshness_hours
        stale = hours is None or (limit is not None and hours > limit)
        age = "never built" if hours is None else f"built {hours:.1f} h ago"
        console.print(f"{'[yellow]stale[/]' if stale else 'fresh'}  {asset}: {age}")
    return not any(severity == "ERROR" for _, _, severity in failing)


def _newer_inputs(found: Warehouse) -> None:
    """Tell the marts whose inputs have changed since they were built."""
    with lake_of(found.name) as lake:
        stale = [item for item in model_freshness(lake) if item.is_stale]
    for item in stale:
        key = f"{found.name}/{item.label.replace('.', '/')}"
        inputs = ", ".join(item.newer_inputs)
        console.print(
            f"[yellow]stale[/]  {key}: {inputs} changed after {item.refreshed_at:%Y-%m-%d %H:%M}"
        )


def add_to(app: typer.Typer) -> None:
    """Register the command of this module."""
    app.command()(status)

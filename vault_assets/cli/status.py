"""`status`: batches, what waits, what is quarantined, failing checks, freshness."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from vault_assets.cli.grids import cells, grid, terminal
from vault_assets.cli.project import chosen, dagster_home, lake_of, warehouses
from vault_assets.loading.approving import waiting_approvals
from vault_assets.loading.refreshing import ModelFreshness, model_freshness
from vault_assets.loading.reporting import source_status
from vault_assets.model import Warehouse
from vault_assets.settings import Settings
from vault_assets.targets.target import Target

if TYPE_CHECKING:
    import dagster as dg

console = terminal()


def status(
    name: Annotated[str | None, typer.Option("--warehouse", "-w", help="Default: all.")] = None,
) -> None:
    """Show the state of the warehouses; exit code 1 if something waits or fails."""
    settings = Settings()
    shown = [chosen(name, settings)] if name else list(warehouses(settings).values())
    dagster_home(settings)
    import dagster as dg  # noqa: PLC0415  reads its home when it is imported

    healthy = True
    with dg.DagsterInstance.get() as instance:
        for found in shown:
            with lake_of(found.name) as lake:
                healthy &= _sources(found, lake)
                newer = [item for item in model_freshness(lake) if item.is_stale]
            healthy &= _checks(found, settings, instance)
            _newer_inputs(found, newer)
    if not healthy:
        raise typer.Exit(1)


def _sources(found: Warehouse, lake: Target) -> bool:
    numbers = ("batches", "pending", "given up", "rows", "quarantined")
    table = grid("source", *numbers, "last load", numbers=frozenset(numbers))
    states = source_status(lake, found)
    for state in states:
        counts = (state.batches, state.pending, state.given_up, state.rows, state.quarantined)
        last = f"{state.last_load:%Y-%m-%d %H:%M}" if state.last_load else "never"
        table.add_row(*cells(f"{found.name}/{state.source}", *counts, last))
    console.print(table)
    for row in waiting_approvals(lake, found):
        who = f"approved by {row['approved_by']} at {row['approved_at']:%Y-%m-%d %H:%M}"
        told = f"{row['batch_id']}: {who}, not applied yet: {row['reason']}"
        console.print(escape(told), highlight=False, soft_wrap=True)
    return not any(state.pending for state in states)


def _checks(found: Warehouse, settings: Settings, instance: "dg.DagsterInstance") -> bool:
    from vault_assets.cli.health import failing_checks, mart_ages  # noqa: PLC0415  imports Dagster

    failing = failing_checks(instance, settings.module, found.name)
    for asset, check, severity in failing:
        console.print(
            f"[{'red' if severity == 'ERROR' else 'yellow'}]{severity.lower()}[/]"
            f"  {asset}: check {check} fails"
        )
    for asset, hours in mart_ages(instance, settings.module, found):
        limit = found.freshness_hours
        stale = hours is None or (limit is not None and hours > limit)
        age = "never built" if hours is None else f"built {hours:.1f} h ago"
        console.print(f"{'[yellow]stale[/]' if stale else 'fresh'}  {asset}: {age}")
    return not any(severity == "ERROR" for _, _, severity in failing)


def _newer_inputs(found: Warehouse, newer: Sequence[ModelFreshness]) -> None:
    """Tell the marts whose inputs have changed since they were built."""
    for item in newer:
        key = f"{found.name}/{item.label.replace('.', '/')}"
        inputs = ", ".join(item.newer_inputs)
        console.print(
            f"[yellow]stale[/]  {key}: {inputs} changed after {item.refreshed_at:%Y-%m-%d %H:%M}"
        )


def add_to(app: typer.Typer) -> None:
    """Register the command of this module."""
    app.command()(status)

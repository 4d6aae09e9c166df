"""`demo`: servers, sample files, the whole graph, the answer."""

from typing import Annotated

import typer

from vault_assets.cli.grids import terminal
from vault_assets.cli.project import lake_of
from vault_assets.cli.query import Format, query
from vault_assets.cli.run import run
from vault_assets.cli.services import land, up
from vault_assets.loading.reporting import source_totals

console = terminal()
ANSWER = """
select
  rank, group_id, group_name, cnt_added_users as added,
  cnt_users_in_group_with_messages as writers, round(group_conversion, 3) as conversion
from mart.group_conversion
order by rank
"""
NEXT = """
What to do next
  make dev                     the Dagster UI on http://127.0.0.1:3000, sensors on
  vault-assets status          batches, quarantine, failing checks, freshness
  export VAULT_ASSETS_WAREHOUSE=social    what commands mean that name no warehouse
  vault-assets batches         every file that was loaded, and what became of its lines
  vault-assets land social --date 2021-06-22    a second day of files; the sensor loads them
  vault-assets land audio --scale 0.01    a day of another warehouse; then: vault-assets run audio
  vault-assets query "select reason, count(*) from stage.users_quarantine group by 1"
  vault-assets down            stop the servers; their data stays
"""


SMALL = {"engagement": 0.1, "audio": 0.001, "commerce": 0.05, "clickstream": 0.001}
"""Warehouses that the demo shows with few rows: scale of their files."""


def demo(
    scale: Annotated[float, typer.Option(min=0.0001, help="1 = 100,000 users.")] = 1.0,
    *,
    all_warehouses: Annotated[
        bool, typer.Option("--all/--only-social", help="Load the other warehouses too, small.")
    ] = True,
) -> None:
    """Start local servers, land sample files, load them, and print the answer of `social`."""
    up()
    for name, small in SMALL.items() if all_warehouses else ():
        land(name, scale=small)
        run(name)
    land("social", scale=scale)
    run("social")
    console.print("\n[bold]The ten oldest groups: who turns members into people who write?[/]")
    query(ANSWER, Format.TABLE, "social")
    with lake_of("social") as lake:
        loaded, quarantined = source_totals(lake)
    for source, rows in loaded.items():
        bad = quarantined[source]
        console.print(
            f"{source:<10} {rows + bad:>10,} records = {rows:,} loaded + {bad:,} quarantined"
        )
    console.print(NEXT, highlight=False)


def add_to(app: typer.Typer) -> None:
    """Register the command of this module."""
    app.command()(demo)

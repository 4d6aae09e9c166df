"""`batches`, `replay`, `rebuild`, `maintain`: look at what was loaded, load it again, tidy up."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from vault_assets.cli.grids import cells, grid, terminal
from vault_assets.cli.project import chosen, lake_of
from vault_assets.errors import SettingsError
from vault_assets.landing.store import open_store
from vault_assets.loading.maintaining import CLEAN_DAYS, KEEP_DAYS, maintain
from vault_assets.loading.replaying import rebuild_vault, replay_batch
from vault_assets.loading.reporting import batch_list
from vault_assets.loading.retention import compact_tracking
from vault_assets.loading.vault import Loaded
from vault_assets.local.resolve import resolved
from vault_assets.model.names import nearest
from vault_assets.settings import Settings

console = terminal()
_COUNTERS = ("records", "loaded", "quarantined")
WarehouseOption = Annotated[str | None, typer.Option("--warehouse", "-w")]


def batches(
    name: WarehouseOption = None,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """List the newest batches with what became of their records."""
    found = chosen(name, Settings())
    if source is not None and source not in found.sources:
        raise SettingsError(f"no source {source!r}: {nearest(source, found.sources)}")
    with lake_of(found.name) as lake:
        rows = batch_list(lake, found, source=source, limit=limit)
    table = grid("batch", "status", *_COUNTERS, numbers=frozenset(_COUNTERS))
    for row in rows:
        about = [row["batch_id"], row["object_key"]]
        about += [f"same content as {row['duplicate_of']}"] if row["duplicate_of"] else []
        about += [f"released from {row['parent_batch_id']}"] if row["parent_batch_id"] else []
        about += [approval(row)] if row["approved_by"] else []
        about += [row["problem"]] if row["problem"] else []
        counters = (row[name] for name in _COUNTERS)
        table.add_row(*cells("\n  ".join(about), row["status"], *counters))
    console.print(table)


def approval(row: Mapping[str, Any]) -> str:
    """Return who approved a batch, when and why."""
    return f"approved by {row['approved_by']} at {row['approved_at']:%Y-%m-%d %H:%M}: " + str(
        row["approved_for"]
    )


def replay(
    batch: Annotated[str, typer.Argument(help="Its id, see `vault-assets batches`.")],
    name: WarehouseOption = None,
) -> None:
    """Read one batch's object again and load every table that it feeds anew.

    A released batch, or one that was given as rows, has no object: its kept rows are loaded.
    """
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


def maintain_lake(
    name: WarehouseOption = None,
    keep_days: Annotated[
        int, typer.Option(min=0, help="Days for which the lake can be read as it was.")
    ] = KEEP_DAYS,
    clean_days: Annotated[
        int, typer.Option(min=1, help="Days that a file outlives its last snapshot.")
    ] = CLEAN_DAYS,
) -> None:
    """Compact old record tracking, merge small files, forget old snapshots, remove files."""
    found = chosen(name, Settings())
    with lake_of(found.name) as lake:
        for compacted in compact_tracking(lake, found):
            console.print(str(compacted))
        done = maintain(lake, keep_days=keep_days, clean_days=clean_days, progress=console.print)
    console.print(str(done))


def _show(loaded: tuple[Loaded, ...]) -> None:
    numbers = ("rows written", "keys rebuilt", "quarantined")
    table = grid("table", *numbers, numbers=frozenset(numbers))
    for item in loaded:
        refused = item.total("quarantined")
        table.add_row(*cells(item.table, item.rows_written, item.rebuilt, refused))
    console.print(table)


def _run_id() -> str:
    return f"cli-{uuid.uuid4()}"


def add_to(app: typer.Typer) -> None:
    """Register the commands of this module."""
    app.command()(batches)
    app.command()(replay)
    app.command()(rebuild)
    app.command("maintain")(maintain_lake)

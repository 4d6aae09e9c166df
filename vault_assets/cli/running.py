"""Materialize assets in this process, and sum up what became of the rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
from rich.console import Console
from rich.markup import escape

from vault_assets.cli.grids import cells, grid
from vault_assets.cli.project_definitions import definitions, repository
from vault_assets.errors import VaultAssetsError
from vault_assets.model import Warehouse
from vault_assets.model.names import nearest
from vault_assets.model.partitions import ALL
from vault_assets.orchestration import progress
from vault_assets.orchestration.active_runs import WAREHOUSE_TAG

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Summary:
    """What a run did, for the terminal."""

    success: bool
    run_id: str
    rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    checks: list[tuple[str, str, bool, int]] = field(default_factory=list)

    def show(self, console: Console) -> None:
        """Print counters, failed checks and errors."""
        table = grid("asset", *_COLUMNS, numbers=frozenset(_COLUMNS))
        for asset, values in self.rows:
            table.add_row(*cells(asset, *(_number(values, n) for n in _COLUMNS.values())))
        if self.rows:
            console.print(table)
        for asset, check, error, count in self.checks:
            mark = "[red]failed[/]" if error else "[yellow]warning[/]"
            console.print(f"check {mark}  {asset}: {check} ({count} rows)")
        for step, message in self.failures:
            console.print(f"[bold red]failed[/]  {step}: {escape(message)}", highlight=False)


_COLUMNS = {
    "in": ("records", "rows_in"),
    "loaded": ("loaded", "inserted", "dagster/row_count"),
    "unchanged": ("unchanged",),
    "duplicate": ("duplicate",),
    "quarantined": ("quarantined",),
}


def selected(module: str, selection: str) -> list[dg.AssetKey]:
    """Return the keys of the assets that a selection means.

    Args:
        module: Module with the definitions.
        selection: `*`, a warehouse's name, a key with slashes, or Dagster's selection syntax.

    Raises:
        VaultAssetsError: The selection is not understood, or means nothing.
    """
    graph = repository(module).asset_graph
    known = graph.get_all_asset_keys()
    names = {key.path[0] for key in known}
    if selection in names:
        chosen = dg.AssetSelection.key_prefixes([selection])
    else:
        try:
            chosen = dg.AssetSelection.from_string(_with_keys(selection))
        except dg.DagsterError as error:
            raise VaultAssetsError(f"cannot read the selection {selection!r}: {error}") from error
    found = sorted(chosen.resolve(graph))
    if not found:
        raise VaultAssetsError(
            f"nothing matches {selection!r}: {_meant(selection, known)}", fix="See `dg list defs`."
        )
    return found


def _meant(selection: str, known: Iterable[dg.AssetKey]) -> str:
    """Return a hint: the table of this name, else the nearest key, or the nearest warehouse."""
    tables = {"/".join(key.path): key.path[-1] for key in known}
    named = sorted(key for key, table in tables.items() if table == selection)
    if named:
        return f"did you mean {' or '.join(map(repr, named))}?"
    return nearest(selection, tables if "/" in selection else {key.split("/")[0] for key in tables})


def _with_keys(selection: str) -> str:
    bare = all(part.isidentifier() for part in selection.split("/"))
    return f'key:"{selection}"' if bare and selection != "*" else selection


def partition_config(
    warehouses: Mapping[str, Warehouse], keys: Sequence[dg.AssetKey], partitions: str
) -> dict[str, Any]:
    """Return the run config by which the marts by partition among these assets build partitions.

    Marts by key know no partitions but `all`: with others they build what new batches touch.

    Raises:
        VaultAssetsError: There is no such mart, or it has no such partitions.
    """
    found = {}
    for key in keys:
        warehouse = warehouses.get(key.path[0])
        mart = warehouse.mart_at(key.path[1], key.path[-1]) if warehouse else None
        if mart and (mart.partition or (mart.incremental and partitions == ALL)):
            if mart.partition and partitions != ALL:
                mart.partition.bounds(partitions)
            found["__".join(key.path)] = {"config": {"partitions": partitions}}
    if not found:
        raise VaultAssetsError(
            "no selected asset is a mart by partition",
            fix="Leave `--partition` away; marts by key take `all`.",
        )
    return {"ops": found}


def materialize(
    module: str,
    keys: Sequence[dg.AssetKey],
    follow: Callable[[str, str], None],
    config: Mapping[str, Any] | None = None,
) -> Summary:
    """Materialize assets in one run, in this process, on the Dagster instance of the settings."""
    job = definitions(module).resolve_implicit_global_asset_job_def()
    tags = {WAREHOUSE_TAG: names[0]} if len(names := sorted({k.path[0] for k in keys})) == 1 else {}

    def listener(step: progress.Step) -> None:
        follow(step.asset, step.state)

    progress.listeners.append(listener)
    try:
        with dg.DagsterInstance.get() as instance:
            result = job.execute_in_process(
                instance=instance,
                asset_selection=list(keys),
                run_config={**QUIET, **(config or {})},
                raise_on_error=False,
                tags=tags,
            )
    finally:
        progress.listeners.remove(listener)
    return _summary(result)


def _summary(result: dg.ExecuteInProcessResult) -> Summary:
    summary = Summary(result.success, result.run_id)
    for event in result.all_events:
        if event.event_type_value == "ASSET_MATERIALIZATION":
            made = event.step_materialization_data.materialization
            values = {name: value.value for name, value in made.metadata.items()}
            summary.rows.append((made.asset_key.to_user_string(), values))
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            seen = event.asset_check_evaluation_data
            if not seen.passed:
                count = seen.metadata.get("failed_rows")
                summary.checks.append(
                    (
                        seen.asset_key.to_user_string(),
                        seen.check_name,
                        seen.severity == dg.AssetCheckSeverity.ERROR,
                        int(count.value) if count else 0,  # pyright: ignore[reportArgumentType]
                    )
                )
        elif event.is_step_failure:
            summary.failures.append((event.step_key or "", _message(event)))
    return summary


def _message(event: dg.DagsterEvent) -> str:
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error else "unknown error"


def _number(values: dict[str, Any], names: tuple[str, ...]) -> int | None:
    numbers = (values[name] for name in names if isinstance(values.get(name), int))
    return next(numbers, None)

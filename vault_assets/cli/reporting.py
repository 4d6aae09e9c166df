"""Gather what the report of a warehouse tells, and write its files."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg

from vault_assets.cli.project import lake_of
from vault_assets.cli.project_definitions import repository
from vault_assets.model import Warehouse
from vault_assets.orchestration import standing
from vault_assets.reporting import lineage_figure, star_figure
from vault_assets.reporting.lineage import lineage_of
from vault_assets.reporting.pages import Summary, columns_page, index_page, log_text
from vault_assets.reporting.stars import star_of
from vault_assets.sql.tracing import mart_lineage


def write_report(module: str, warehouse: Warehouse, folder: Path) -> list[Path]:
    """Write pages and pictures of a warehouse, and return their paths, the first page first.

    Args:
        module: Module with the definitions.
        warehouse: The warehouse.
        folder: Where the files go; it is made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures = dict(_pictures(warehouse))
    summary = _summary(module, warehouse, list(pictures))
    ran = [model for model in summary.models if model.ended_at]
    texts = {
        "index.md": index_page(summary),
        "columns.md": columns_page(warehouse.name, _columns(warehouse)),
        "run.log": log_text(ran),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    for (_, name), png in pictures.items():
        (folder / name).write_bytes(png)
    return [folder / name for name in (*texts, *(name for _, name in pictures))]


def _summary(module: str, warehouse: Warehouse, pictures: Sequence[tuple[str, str]]) -> Summary:
    graph = repository(module).asset_graph
    specs = {
        key: graph.get_check_spec(key)
        for key in graph.asset_check_keys
        if key.asset_key.path[0] == warehouse.name
    }
    with dg.DagsterInstance.get() as instance:
        ran = standing.latest_runs(instance, warehouse.name)
        checks = standing.checks(instance, specs, standing.hidden_columns(warehouse))
    with lake_of(warehouse.name) as lake:
        models = standing.models(lake, warehouse, ran)
    last = max(ran.values(), key=lambda run: run.ended_at, default=None)
    return Summary(
        warehouse.name,
        warehouse.description,
        dt.datetime.now(dt.UTC),
        last.run_id if last else "",
        models,
        checks,
        standing.metrics(warehouse),
        pictures,
    )


def _pictures(warehouse: Warehouse) -> Iterator[tuple[tuple[str, str], bytes]]:
    """Yield (title, file) and PNG of each picture."""
    views = {
        (warehouse.mart_layer(name), name)
        for name, mart in warehouse.marts.items()
        if mart.kind == "view"
    }
    drawn = lineage_figure.draw(warehouse.name, lineage_of(warehouse), views)
    yield ("Lineage", "lineage.png"), drawn
    if star := star_of(warehouse):
        yield ("Star schema", "star.png"), star_figure.draw(warehouse.name, star)


def _columns(
    warehouse: Warehouse,
) -> Iterator[tuple[str, str, Sequence[tuple[str, str, str]]]]:
    for name, source in warehouse.sources.items():
        columns = [*source.columns, *source.derived]
        told = [(column, warehouse.described(name, column), "the file") for column in columns]
        yield f"{warehouse.stage_layer}.{name}", source.description, told
    for name, mart in warehouse.marts.items():
        about = {
            **{m: metric.description for m, metric in warehouse.metrics.items()},
            **mart.columns,
        }
        told = [
            (column, about.get(column, ""), ", ".join(".".join(origin) for origin in origins))
            for column, origins in mart_lineage(warehouse, name).items()
        ]
        yield warehouse.mart_label(name), mart.description, told

"""Warehouses loaded small for the dashboard, and its pages run without a browser."""

import datetime as dt
import importlib
import logging
from collections import Counter
from functools import cache
from pathlib import Path

from streamlit.testing.v1 import AppTest

from vault_assets.landing.store import open_store
from vault_assets.loading.marts import build_mart
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.loading.vault import load_vault_table
from vault_assets.model import Warehouse
from vault_assets.model.reading import read_warehouse
from vault_assets.settings import Settings
from vault_assets.sql.tracing import mart_order
from vault_assets.targets.ducklake import DuckLake

ROOT = Path(__file__).parents[2]
HOURS = 2
SCALES = {"social": 0.002, "engagement": 0.01, "audio": 0.001, "clickstream": 0.002}
PAGES = {
    "social": ["conversion", "activity"],
    "audio": ["listening", "web"],
    "engagement": ["revenue", "recommendations", "report"],
    "clickstream": ["visits"],
    "commerce": ["sales", "customers", "products", "runs"],
}
SHIPPED = [name for name in PAGES if (ROOT / "vault_assets" / "defs" / name).is_dir()]
NEEDS_DAGSTER = {"commerce.runs"}
"""Pages of tables that Dagster's history fills."""

logging.getLogger("streamlit").setLevel(logging.ERROR)


@cache
def declared(name: str) -> Warehouse:
    """Return a shipped warehouse."""
    return read_warehouse(ROOT / "vault_assets" / "defs" / name / "defs.yaml")


def load(name: str, landing: Path, date: dt.date | None = None) -> None:
    """Land small files of a warehouse and load them, without Dagster."""
    samples = importlib.import_module(f"vault_assets.samples.{name}")
    day = date or samples.FIRST_DATE
    paths = samples.generate(landing, scale=SCALES.get(name, 0.001), seed=1, date=day)
    _keep_busy_hours(paths)
    build(name)


def _keep_busy_hours(paths: list[Path]) -> None:
    """Remove the objects of all hours but the busiest, for each object costs time."""
    sizes: Counter[str] = Counter()
    for path in paths:
        sizes[path.parent.name] += path.stat().st_size
    kept = {hour for hour, _ in sizes.most_common(HOURS)}
    for path in paths:
        if path.parent.name.startswith("hour=") and path.parent.name not in kept:
            path.unlink()


def build(name: str) -> None:
    """Load what has landed, up to the marts."""
    warehouse, settings = declared(name), Settings()
    store = open_store(settings)
    with DuckLake(name, settings) as lake:
        for source in warehouse.sources:
            register(lake, store, warehouse, source)
            stage_batches(lake, store, warehouse, source, run_id="test")
        for _, table, _ in warehouse.vault_tables():
            load_vault_table(lake, warehouse, table, run_id="test")
        for mart in mart_order(warehouse):
            build_mart(lake, warehouse, mart, run_id="test")


def page(name: str, **url: str | list[str]) -> AppTest:
    """Run a page such as `social.conversion` with these parameters in its URL."""
    module, function = name.split(".")
    script = f"from vault_assets.dashboard.screens import {module}\n{module}.{function}()"
    app = AppTest.from_string(script, default_timeout=60)
    app.query_params.update(url)
    return app.run()


def cards(app: AppTest) -> dict[str, str]:
    """Return the numbers of a page by label; of two with one label the first."""
    return {metric.label: metric.value for metric in reversed(app.metric)}


def titles(app: AppTest) -> list[str]:
    """Return the titles of a page and its cards."""
    return [item.value for item in app.markdown if item.value.startswith("#")]

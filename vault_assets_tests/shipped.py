"""The shipped warehouses, loaded small and without Dagster."""

import datetime as dt
import importlib
from collections import Counter
from functools import cache
from pathlib import Path

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

DEFS = Path(__file__).parents[1] / "vault_assets" / "defs"
SHIPPED = sorted(path.parent.name for path in DEFS.glob("*/defs.yaml"))
HOURS = 2
SCALES = {"social": 0.002, "engagement": 0.01, "audio": 0.001, "clickstream": 0.002}


@cache
def declared(name: str) -> Warehouse:
    """Return a shipped warehouse."""
    return read_warehouse(DEFS / name / "defs.yaml")


def load(name: str, landing: Path, date: dt.date | None = None) -> None:
    """Land small files of a warehouse and load them, without Dagster."""
    samples = importlib.import_module(f"vault_assets.samples.{name}")
    day = date or samples.FIRST_DATE
    paths = samples.generate(landing, scale=SCALES.get(name, 0.001), seed=1, date=day)
    busy_hours(paths)
    build(name)


def busy_hours(paths: list[Path], hours: int = HOURS) -> list[Path]:
    """Remove the objects of all hours but the busiest, for each object costs time."""
    sizes: Counter[str] = Counter()
    for path in paths:
        sizes[path.parent.name] += path.stat().st_size
    kept = {hour for hour, _ in sizes.most_common(hours)}
    for path in paths:
        if path.parent.name.startswith("hour=") and path.parent.name not in kept:
            path.unlink()
    return [path for path in paths if path.exists()]


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

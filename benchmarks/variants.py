"""The three ways to load the same files: by hand, by our functions, by Dagster."""

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from benchmarks.handwritten import audio, engagement, script
from vault_assets.landing.store import Store, open_store
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.exporting import export_mart
from vault_assets.loading.marts import build_mart
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.loading.vault import load_vault_table
from vault_assets.model import Warehouse
from vault_assets.model.reading import read_warehouse
from vault_assets.settings import Settings
from vault_assets.sql.tracing import mart_order
from vault_assets.targets.ducklake import DuckLake

LAYERS = ("landing", "stage", "vault", "mart")
DEFS = Path(__file__).parents[1] / "vault_assets" / "defs"


@dataclass
class Timing:
    """What a run cost, in seconds.

    Args:
        wall: Elapsed, without imports and the loading of definitions.
        cpu: Of all threads.
        tables: Name `layer.table`: elapsed and CPU seconds of its own work.
    """

    wall: float = 0.0
    cpu: float = 0.0
    tables: dict[str, tuple[float, float]] = field(default_factory=dict)

    def add(self, table: str, began: tuple[float, float]) -> None:
        """Add what a table cost since `began`."""
        wall, cpu = clocks()
        known = self.tables.get(table, (0.0, 0.0))
        self.tables[table] = (known[0] + wall - began[0], known[1] + cpu - began[1])


def clocks() -> tuple[float, float]:
    """Return the elapsed and the CPU clock, in seconds."""
    return time.perf_counter(), time.process_time()


def by_hand(settings: Settings, warehouse: str) -> Timing:
    """Run the hand-written script of a warehouse once."""
    timing = Timing()
    began = last = clocks()

    def told(table: str) -> None:
        nonlocal last
        timing.add(table, last)
        last = clocks()

    SCRIPTS[warehouse].run(settings, told)
    return _ended(timing, began)


def by_functions(settings: Settings, subject: str) -> Timing:
    """Run every loading function of the warehouse once, in the order of the layers."""
    timing = Timing()
    warehouse = read_warehouse(DEFS / subject / "defs.yaml")
    tables = {name: table for _, name, table in warehouse.vault_tables()}
    began = clocks()

    def timed(table: str, work: Callable[[], object]) -> None:
        started = clocks()
        work()
        timing.add(table, started)

    with DuckLake(warehouse.name, settings) as lake:
        store = open_store(settings)
        for name in sorted(warehouse.sources):  # load times in the order of Dagster's run
            timed(f"landing.{name}", lambda name=name: register(lake, store, warehouse, name))
        for name, source in warehouse.sources.items():
            extra = declared_audits(source)
            timed(
                f"stage.{name}",
                lambda name=name, extra=extra: stage_batches(
                    lake, store, warehouse, name, run_id="benchmark", extra_audits=extra
                ),
            )
        for name, table in tables.items():
            extra = declared_audits(table)
            timed(
                f"vault.{name}",
                lambda name=name, extra=extra: load_vault_table(
                    lake,
                    warehouse,
                    name,
                    run_id="benchmark",
                    extra_audits=extra,
                    judge_again=lambda _: False,
                ),
            )
        for name in mart_order(warehouse):
            timed(f"mart.{name}", lambda name=name: _build(lake, store, warehouse, name))
    return _ended(timing, began)


def _build(lake: DuckLake, store: Store, warehouse: Warehouse, name: str) -> None:
    mart = warehouse.marts[name]
    written = build_mart(lake, warehouse, name, extra_audits=declared_audits(mart))
    if mart.export:
        export_mart(lake, store, warehouse, name, written)


def by_dagster(settings: Settings, warehouse: str) -> Timing:
    """Run the warehouse's job once, in this process, on a SQLite instance.

    The tables' own work is what runs inside of their assets: the rest of the time is Dagster's.
    """
    from vault_assets.cli.project import dagster_home  # noqa: PLC0415  the others do without Dagster

    dagster_home(settings)
    import dagster as dg  # noqa: PLC0415  reads its home when it is imported

    from vault_assets.cli.running import QUIET  # noqa: PLC0415  imports Dagster
    from vault_assets.orchestration import progress  # noqa: PLC0415  imports Dagster

    definitions = importlib.import_module(settings.module).defs()
    job = definitions.resolve_implicit_global_asset_job_def()
    graph = definitions.get_repository_def().asset_graph
    keys = [
        key
        for key in graph.materializable_asset_keys
        if key.path[0] == warehouse and key.path[1] in LAYERS
    ]
    timing = Timing()
    started: dict[str, tuple[float, float]] = {}

    def listener(step: progress.Step) -> None:
        if step.state == "started":
            started[step.asset] = clocks()
        else:
            timing.add(".".join(step.asset.split("/")[1:]), started[step.asset])

    progress.listeners.append(listener)
    with dg.DagsterInstance.get() as instance:
        # The first use of an installation creates its databases: that is no cost of a run.
        instance.get_runs_count()
        instance.get_event_records(
            dg.EventRecordsFilter(dg.DagsterEventType.ASSET_MATERIALIZATION), limit=1
        )
        began = clocks()
        result = job.execute_in_process(instance=instance, asset_selection=keys, run_config=QUIET)
    assert result.success
    return _ended(timing, began)


def _ended(timing: Timing, began: tuple[float, float]) -> Timing:
    wall, cpu = clocks()
    timing.wall, timing.cpu = wall - began[0], cpu - began[1]
    return timing


SCRIPTS: dict[str, ModuleType] = {
    "social": script,
    "engagement": engagement,
    "audio": audio,
}
"""The hand-written script of each warehouse that has one."""

VARIANTS: dict[str, Callable[[Settings, str], Timing]] = {
    "by hand": by_hand,
    "functions": by_functions,
    "dagster": by_dagster,
}

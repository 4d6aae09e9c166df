"""A day of `commerce` against the full build: `python -m benchmarks.commerce --scale 1`.

Scale 130 has about 10 million order lines. The full extract and the day are loaded by our functions
on a lake in local files, each in a process of its own, with the nightly maintenance between them;
the tables after the day are then built all anew and compared.
"""

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import reporting
from vault_assets.landing.local_folder import LocalFolder
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.maintaining import maintain
from vault_assets.loading.marts import build_mart
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.model import Warehouse
from vault_assets.model.reading import read_warehouse
from vault_assets.samples import commerce
from vault_assets.settings import Settings
from vault_assets.sql.tracing import mart_order
from vault_assets.targets.ducklake import DuckLake

BUDGET = 0.05
"""Seconds of an incremental day, as part of those of the full build."""
SECOND = commerce.FIRST_DATE + dt.timedelta(days=1)
PHASES = {"full": commerce.FIRST_DATE, "maintenance": None, "day": SECOND, "rebuilt": None}
"""What is done, and the date of the extract that lands before."""
_CHILD = "--child"


def main() -> None:
    """Measure and print a Markdown table; progress goes to the error output."""
    options = _options()
    if options.child:
        print(json.dumps(_phase(options.child)))
        return
    print(f"Scale {options.scale:g}, memory limit {options.memory}. {reporting.machine()}.\n")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        found = _measured(Path(folder), options)
    print("| phase | wall s | CPU s | peak MB |\n|---|---:|---:|---:|")
    for name, cost in found.items():
        print(f"| {name} | {cost['wall']:.2f} | {cost['cpu']:.2f} | {cost['peak']:.0f} |")
    ratio = found["day"]["wall"] / found["full"]["wall"]
    print(f"\nA day costs {100 * ratio:.1f} % of the full build; the budget is {100 * BUDGET:g} %.")
    slow = sorted(found["day"]["models"].items(), key=lambda item: -item[1])[:8]
    print("Slowest of the day: " + ", ".join(f"{name} {cost:.2f} s" for name, cost in slow) + ".")


def _measured(folder: Path, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    environment = os.environ | {
        "VAULT_ASSETS_LANDING": str(folder / "landing"),
        "VAULT_ASSETS_DATA": str(folder / "data"),
        "VAULT_ASSETS_CATALOG": str(folder / "lake.ducklake"),
        "VAULT_ASSETS_HOME": str(folder / "home"),
        "VAULT_ASSETS_MEMORY_LIMIT": options.memory,
    }
    found: dict[str, dict[str, Any]] = {}
    for phase, date in PHASES.items():
        if date:
            commerce.generate(folder / "landing", scale=options.scale, date=date)
        print(f"{phase} ...", file=sys.stderr, flush=True)
        child = [sys.executable, "-m", "benchmarks.commerce", _CHILD, phase]
        done = subprocess.run(child, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        found[phase] = json.loads(done.stdout.splitlines()[-1])
    if found["day"]["rows"] != found["rebuilt"]["rows"]:
        sys.exit("The tables of the day are not those of the rebuild.")
    return found


def _phase(phase: str) -> dict[str, Any]:
    """Load what landed, or build all marts anew; return what it cost."""
    settings = Settings()
    warehouse = _warehouse()
    models: dict[str, float] = {}
    with DuckLake("commerce", settings) as lake:
        # The first bound value lets the engine import pandas, which takes half a second.
        lake.session().rows("select $value as value", {"value": 1})
        began = time.monotonic()
        if phase in {"full", "day"}:
            _stage(lake, warehouse, LocalFolder(Path(settings.landing)), models)
        if phase == "maintenance":
            maintain(lake)
        for name in mart_order(warehouse) if phase != "maintenance" else ():
            started = time.monotonic()
            mart = warehouse.marts[name]
            build_mart(
                lake,
                warehouse,
                name,
                run_id=phase,
                partitions="all" if phase == "rebuilt" and mart.changes else None,
                extra_audits=declared_audits(mart),
            )
            models[name] = time.monotonic() - started
        wall = time.monotonic() - began
        rows = _fingerprints(lake, warehouse)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss / 1024,
        "models": models,
        "rows": rows,
    }


def _stage(
    lake: DuckLake, warehouse: Warehouse, store: LocalFolder, models: dict[str, float]
) -> None:
    for source in warehouse.sources:
        started = time.monotonic()
        register(lake, store, warehouse, source)
        stage_batches(lake, store, warehouse, source, run_id="benchmark")
        models[source] = time.monotonic() - started


def _fingerprints(lake: DuckLake, warehouse: Warehouse) -> dict[str, str]:
    """Return rows and a sum of their hashes for every stored mart; its time is not measured."""
    connection = lake.connection()
    found = {}
    for name, mart in warehouse.marts.items():
        if mart.kind == "table":
            label = warehouse.mart_label(name)
            sql = f"select count(*), sum(hash(t)::hugeint) from {label} as t"
            found[label] = str(connection.execute(sql).fetchone())
    return found


def _warehouse() -> Warehouse:
    folder = Path(commerce.__file__).parents[1] / "defs" / "commerce"
    return read_warehouse(folder / "defs.yaml")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help="1 = 75,000 order lines")
    parser.add_argument("--memory", default="4GB", help="memory limit of the engine")
    parser.add_argument("--folder", help="where the files go; default: the system's")
    parser.add_argument(_CHILD, choices=PHASES, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()

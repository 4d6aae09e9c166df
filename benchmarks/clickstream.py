"""An hour of `clickstream`: our refresh, a whole rebuild, and a hand-written script.

`python -m benchmarks.clickstream --scale 32` (3.5 million events in each of the four sources)

Ours keeps every file, refuses broken lines and replaces what the hour touches. The script, in plain
DuckDB on a lake of its own, trusts the files, replaces the hour and makes all tables anew. All but
the last hour are loaded first. The tables of both must be equal after each phase.
"""

import argparse
import re
import tempfile
import time
import uuid
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import reporting
from vault_assets.landing.local_folder import LocalFolder
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.marts import build_mart
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.model import Warehouse
from vault_assets.model.keys import value_of
from vault_assets.model.names import literal
from vault_assets.model.reading import read_warehouse
from vault_assets.samples import clickstream
from vault_assets.settings import Settings
from vault_assets.sql.dialect import sql_type
from vault_assets.sql.tracing import mart_order
from vault_assets.targets.ducklake import DuckLake

ROOT = Path(__file__).parents[1]
PHASES = ("all but the last hour", "the last hour", "whole rebuild")
SCRIPT = (ROOT / "benchmarks" / "handwritten" / "clickstream.sql").read_text(encoding="utf-8")
HOUR = r"year=(?P<year>\d+)/month=(?P<month>\d+)/day=(?P<day>\d+)/hour=(?P<hour>\d+)/"
Costs = dict[tuple[str, str], tuple[float, float]]


def main() -> None:
    """Measure, and print the table as Markdown."""
    options = _options()
    print(reporting.machine(), end="\n\n")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        costs = measure(Path(folder), options.scale, options.memory)
    print("| phase | variant | wall s | CPU s | wall ratio | CPU ratio |")
    print("| --- | --- | --- | --- | --- | --- |")
    for (phase, variant), (wall, cpu) in costs.items():
        hand = costs[phase, "by hand"]
        ratios = f"{wall / hand[0]:.2f} | {cpu / hand[1]:.2f}"
        print(f"| {phase} | {variant} | {wall:.2f} | {cpu:.2f} | {ratios} |")


def measure(folder: Path, scale: float, memory: str) -> Costs:
    """Return elapsed and CPU seconds by phase and variant.

    Raises:
        RuntimeError: The tables of the variants differ.
    """
    files = sorted(clickstream.generate(folder / "files", scale=scale, broken=False), key=_hour)
    last = _hour(files[-1])
    parts = ([f for f in files if _hour(f) < last], [f for f in files if _hour(f) == last], [])
    with (
        DuckLake("clickstream", _settings(folder / "ours", memory)) as lake,
        DuckLake("by_hand", _settings(folder / "hand", memory)) as plain,
    ):
        hand, ours = ByHand(plain), Ours(lake, folder)
        costs: Costs = {}
        for phase, part in zip(PHASES, parts, strict=True):
            costs[phase, "by hand"] = _timed(lambda p=part: hand.run(p))
            costs[phase, "ours"] = _timed(lambda p=part: ours.run(p))
            _compare(lake, plain, ours.warehouse)
    return costs


class Ours:
    """Our functions, without Dagster."""

    def __init__(self, lake: DuckLake, folder: Path) -> None:
        self.lake, self.files = lake, folder / "files"
        self.store = LocalFolder(folder / "landing")
        self.store.root.mkdir()
        self.warehouse = _warehouse()

    def run(self, files: Sequence[Path]) -> None:
        """Load these files; without any, build all tables anew."""
        for path in files:
            self.store.put(path.relative_to(self.files).as_posix(), path)
        for source in self.warehouse.sources:
            register(self.lake, self.store, self.warehouse, source)
            stage_batches(self.lake, self.store, self.warehouse, source, run_id="benchmark")
        for name in mart_order(self.warehouse):
            mart = self.warehouse.marts[name]
            build_mart(
                self.lake,
                self.warehouse,
                name,
                run_id="benchmark",
                partitions="all" if not files and (mart.partition or mart.incremental) else None,
                extra_audits=declared_audits(mart),
            )


class ByHand:
    """The script: raw tables by hour, everything else anew."""

    def __init__(self, lake: DuckLake) -> None:
        self.warehouse = _warehouse()
        self.connection = lake.connection()
        self.spill = lake.work_dir
        for layer in ("raw", "stage", "mart"):
            self.connection.execute(f"create schema {layer}")
        for source, columns in self._columns().items():
            typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            self.connection.execute(f"create table raw.{source} ({typed}, load_hour timestamp)")

    def run(self, files: Sequence[Path]) -> None:
        """Load these files, and make all tables."""
        self.connection.execute("begin")
        for path in files:
            self._load(path)
        self.connection.execute("commit")
        # The engine takes tables of its own transaction for empty, and would join them by loops.
        for statement in SCRIPT.split("----"):
            self.connection.execute(statement)

    def _load(self, path: Path) -> None:
        source, hour = path.name.partition(".")[0], literal(_hour(path))
        columns = self._columns()[source]
        typed = ", ".join(f"{name}: {literal(kind)}" for name, kind in columns.items())
        self.connection.execute(f"delete from raw.{source} where load_hour = {hour}")
        text = self._text(path)
        self.connection.execute(
            f"insert into raw.{source} by name select *, timestamp {hour} as load_hour "
            f"from read_json({literal(str(text))}, format = 'newline_delimited', "
            f"columns = {{{typed}}}, hive_partitioning = false)"
        )
        if text != path:
            text.unlink()

    def _text(self, path: Path) -> Path:
        if path.suffix != ".zip":
            return path
        with zipfile.ZipFile(path) as archive:
            (member,) = archive.namelist()
            return Path(archive.extract(member, self.spill / uuid.uuid4().hex))

    def _columns(self) -> dict[str, dict[str, str]]:
        return {
            source: {name: sql_type(column.type) for name, column in about.columns.items()}
            for source, about in self.warehouse.sources.items()
        }


def _warehouse() -> Warehouse:
    return read_warehouse(ROOT / "vault_assets" / "defs" / "clickstream" / "defs.yaml")


def _hour(path: Path) -> str:
    return value_of(HOUR, path.as_posix()) or ""


def _settings(folder: Path, memory: str) -> Settings:
    return Settings.model_construct(
        memory_limit=memory,
        threads=None,
        catalog=str(folder / "lake.ducklake"),
        data=str(folder / "data"),
        landing=str(folder),
        home=folder / "home",
    )


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _compare(ours: DuckLake, hand: DuckLake, warehouse: Warehouse) -> None:
    for label in re.findall(r"create or replace table (\S+) as", SCRIPT):
        layer, name = label.split(".")
        if warehouse.mart_at(layer, name) is None:
            continue  # helpers of the script
        sums = [_fingerprint(lake, label) for lake in (ours, hand)]
        if sums[0] != sums[1]:
            raise RuntimeError(f"{label} differs: {sums}")


def _fingerprint(lake: DuckLake, label: str) -> object:
    names = [row["column_name"] for row in lake.session().rows(f"describe {label}")]
    columns = ", ".join(sorted(names))
    return lake.session().rows(
        f"select count(*), sum(hash(t)::hugeint) as sum from (select {columns} from {label}) as t"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help="1 = 110,000 events per source")
    parser.add_argument("--memory", default="4GB", help="memory limit of the engine")
    return parser.parse_args()


if __name__ == "__main__":
    main()

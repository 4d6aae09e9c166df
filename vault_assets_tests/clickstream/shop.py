"""Warehouse `clickstream` on a lake of its own: files land, everything is built."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from vault_assets.landing.local_folder import LocalFolder
from vault_assets.loading.audits import Verdict
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.marts import build_mart
from vault_assets.loading.registering import register
from vault_assets.loading.staging import Staged, stage_batches
from vault_assets.loading.writing import Written
from vault_assets.model import Warehouse
from vault_assets.model.reading import read_warehouse
from vault_assets.sql.tracing import mart_order
from vault_assets.targets.ducklake import DuckLake
from vault_assets_tests.clickstream.events import SOURCES, Row, lines
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.targets.archives import archive

ROOT = Path(__file__).parents[2]


@cache
def declared() -> Warehouse:
    return read_warehouse(ROOT / "vault_assets" / "defs" / "clickstream" / "defs.yaml")


@cache
def order() -> list[str]:
    return mart_order(declared())


def key(hour: str, source: str, *, plain: bool = False) -> str:
    """Return the key of the object of an hour, `2022-11-28 08`; a plain one is padded."""
    time = dt.datetime.fromisoformat(hour)
    month = f"{time.month:02}" if plain else str(time.month)
    folder = f"clickstream/year={time.year}/month={month}/day={time.day:02}/hour={time.hour:02}"
    return f"{folder}/{source}.jsonl{'' if plain else '.zip'}"


@dataclass
class Shop:
    """A lake, and a folder where files land."""

    lake: DuckLake
    folder: Path
    warehouse: Warehouse = field(default_factory=declared)
    built: dict[str, Written] = field(default_factory=dict)
    staged: dict[str, Staged] = field(default_factory=dict)

    @property
    def store(self) -> LocalFolder:
        return LocalFolder(self.folder)

    def land(
        self,
        hour: str,
        rows: list[Row],
        *,
        sources: Sequence[str] = SOURCES,
        plain: bool = False,
    ) -> None:
        """Write the objects of an hour."""
        for source in sources:
            content = lines(rows, list(self.warehouse.sources[source].columns))
            self.put(hour, source, content if plain else archive(content), plain=plain)

    def put(self, hour: str, source: str, content: bytes, *, plain: bool = False) -> None:
        self.folder.mkdir(exist_ok=True)
        self.store.put(key(hour, source, plain=plain), content)

    def stage(self) -> None:
        """Register and stage what landed."""
        for source in self.warehouse.sources:
            register(self.lake, self.store, self.warehouse, source)
            self.staged[source] = stage_batches(
                self.lake, self.store, self.warehouse, source, run_id="test"
            )

    def build(self, name: str, given: str | None = None) -> None:
        mart = self.warehouse.marts[name]
        self.built[name] = build_mart(
            self.lake,
            self.warehouse,
            name,
            run_id="test",
            partitions=given,
            extra_audits=declared_audits(mart),
        )

    def run(self) -> "Shop":
        """Stage what landed, build all that changed."""
        self.folder.mkdir(exist_ok=True)
        self.stage()
        for name in order():
            self.build(name)
        return self

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.lake.session().connection.execute(sql).fetchall()

    def label(self, mart: str) -> str:
        return self.warehouse.mart_label(mart)

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of all tables above `batch`, sorted."""
        labels = [self.label(name) for name in order()]
        return {label: sorted(self.query(f"from {label}"), key=repr) for label in labels}

    def failed(self) -> dict[str, int]:
        """Return the checks that did not pass, with the number of rows found."""
        found: list[Verdict] = [v for w in self.built.values() for v in w.verdicts]
        found += [v for s in self.staged.values() for v in s.verdicts]
        return {v.audit.name: v.failed_rows for v in found if not v.passed}


@contextmanager
def shop(folder: Path) -> Iterator[Shop]:
    """Give an empty shop in memory."""
    with memory_lake() as lake:
        yield Shop(lake, folder / "landing")

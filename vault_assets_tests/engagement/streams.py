"""Warehouse `engagement` on a lake of its own: files land, everything is built."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from vault_assets.landing.local_folder import LocalFolder
from vault_assets.landing.objects import Store
from vault_assets.loading.audits import Verdict
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.exporting import export_mart
from vault_assets.loading.marts import build_mart
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.loading.writing import Written
from vault_assets.model import Warehouse
from vault_assets.model.reading import read_warehouse
from vault_assets.samples.engagement import FILES
from vault_assets.sql.tracing import mart_order
from vault_assets.targets.ducklake import DuckLake

ROOT = Path(__file__).parents[2]
DATE = "2022-03-01"
HASHTAGS, BEST_TIME = "suggested_hashtags_inserted", "scheduled_at_best_time"


@cache
def declared() -> Warehouse:
    return read_warehouse(ROOT / "vault_assets" / "defs" / "engagement" / "defs.yaml")


def event(user: str, time: str, hashtags: str = "") -> dict[str, str]:
    kind, platform = (HASHTAGS, "") if hashtags else (BEST_TIME, "web")
    return {
        "event": kind,
        "timestamp": time,
        "user_id": user,
        "platform": platform,
        "hashtag_count": hashtags,
    }


def payment(user: str, time: str, total: str, **changes: str) -> dict[str, str]:
    return {
        "amount_due": total,
        "attempt_count": "1",
        "attempted": "True",
        "charge_id": "ch_1",
        "closed": "True",
        "currency": "usd",
        "user_id": user,
        "date": time,
        "forgiven": "False",
        "id": "in_1",
        "paid": "True",
        "received_at": time,
        "subscription_id": "sub_1",
        "subtotal": total,
        "total": total,
        **changes,
    }


def post(
    key: str, user: str, kind: str, posted: str, scheduled: str = "", **changes: str
) -> dict[str, str]:
    return {
        "id": key,
        "active": "True",
        "delivered": "True",
        "posted_at": posted,
        "scheduled_at": scheduled,
        "social_profile_id": "9",
        "user_id": user,
        "type": kind,
        **changes,
    }


def text(table: str, rows: Sequence[dict[str, str]]) -> str:
    """Return a file of the table with these rows."""
    with io.StringIO(newline="") as target:
        names = list(declared().sources[table].columns)
        writer = csv.DictWriter(target, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return target.getvalue()


@dataclass
class Streams:
    """A lake, and a folder where files land and reports go."""

    lake: DuckLake
    folder: Path
    warehouse: Warehouse = field(default_factory=declared)
    built: dict[str, Written] = field(default_factory=dict)
    staged: dict[str, tuple[Verdict, ...]] = field(default_factory=dict)
    bucket: Store | None = None

    @property
    def store(self) -> Store:
        return self.bucket or LocalFolder(self.folder)

    def land(self, date: str = DATE, **files: str | Sequence[dict[str, str]]) -> None:
        """Write files, given as text or rows, under the keys of their tables."""
        for table, content in files.items():
            written = content if isinstance(content, str) else text(table, content)
            path = self.folder / "engagement" / table / f"etl_date={date}" / FILES[table]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written, encoding="utf-8")
            if self.bucket:
                self.bucket.put(path.relative_to(self.folder).as_posix(), path)

    def run(self) -> "Streams":
        """Stage what landed, build all that changed, write the reports."""
        for source in self.warehouse.sources:
            register(self.lake, self.store, self.warehouse, source)
            staged = stage_batches(self.lake, self.store, self.warehouse, source, run_id="test")
            self.staged[source] = staged.verdicts
        for name in mart_order(self.warehouse):
            mart = self.warehouse.marts[name]
            written = build_mart(
                self.lake, self.warehouse, name, run_id="test", extra_audits=declared_audits(mart)
            )
            if mart.export:
                written = export_mart(self.lake, self.store, self.warehouse, name, written)
            self.built[name] = written
        return self

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.lake.session().connection.execute(sql).fetchall()

    def failed(self) -> dict[str, int]:
        """Return the checks that did not pass, with the number of rows found."""
        verdicts = [v for written in self.built.values() for v in written.verdicts]
        verdicts += [v for found in self.staged.values() for v in found]
        return {v.audit.name: v.failed_rows for v in verdicts if not v.passed}

    def report(self, date: str = DATE) -> str:
        """Return the text of a report."""
        key = f"engagement/export/etl_date={date}/user_report.csv"
        path = self.folder / key
        if self.bucket:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.bucket.download(self.bucket.head(key), path)
        return path.read_text(encoding="utf-8")

    def partitions(self) -> dict[str, list[str]]:
        """Return the partitions that the last run built, by mart."""
        return {
            name: [str(value) for value in written.partitions]
            for name, written in self.built.items()
            if written.partitions is not None
        }

"""The same files loaded into a lake in memory and on the stand-in, table by table."""

import datetime as dt
import importlib
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vault_assets.landing.store import open_store
from vault_assets.loading import registering
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.marts import build_mart
from vault_assets.loading.query_tables import build_query_table
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.loading.vault import load_vault_table
from vault_assets.model import Warehouse
from vault_assets.model.reading import declarations, read_warehouse
from vault_assets.settings import Settings
from vault_assets.sql.tracing import mart_tables
from vault_assets.targets.target import Target

VOLATILE = frozenset({
    "applied_at", "built_at", "due_at", "failed_at", "modified", "rewritten_at", "run_id"
})  # fmt: skip
"""Columns that say when and by whom, which no two loads share."""

_CONSUMED = '{"applied": "'
"""Begin of the note of a mart on what it was built from: a hash of times, of that load only."""

_DEFS = Path(registering.__file__).parents[1] / "defs"
_SKIPPED = {"registry": {"refreshed", "model_freshness"}}
"""What a build notes is of its time."""

Rows = Counter[tuple[Any, ...]]


def declared(name: str) -> Warehouse:
    """Return a shipped warehouse."""
    (path,) = declarations(_DEFS / name)
    return read_warehouse(path)


def land(name: str, folder: Path, scale: float, **more: Any) -> None:
    """Write sample files of a warehouse."""
    samples = importlib.import_module(f"vault_assets.samples.{name}")
    folder.mkdir(parents=True, exist_ok=True)
    samples.generate(folder, scale=scale, seed=0, **{"date": samples.FIRST_DATE, **more})


def fix_clock(patch: pytest.MonkeyPatch) -> None:
    """Let load times be those of a clock that ticks alike for both."""
    ticks = itertools.count()
    start = dt.datetime(2030, 1, 1)  # noqa: DTZ001  UTC without zone

    def now() -> dt.datetime:
        return start + dt.timedelta(seconds=next(ticks))

    patch.setattr(registering, "utc_now", now)


@dataclass(frozen=True)
class Load:
    """A load of all that a warehouse declares.

    Args:
        target: Where to.
        settings: Where the files are.
        warehouse: The declaration.
    """

    target: Target
    settings: Settings
    warehouse: Warehouse

    def run(self, run_id: str = "run") -> Iterator[tuple[str, Any]]:
        """Load everything, in order; yield each table and what was done."""
        house, target = self.warehouse, self.target
        store = open_store(self.settings)
        for name in house.sources:
            yield name, register(target, store, house, name)
        for name, source in house.sources.items():
            audits = declared_audits(source)
            yield (
                house.stage_label(name),
                stage_batches(target, store, house, name, run_id=run_id, extra_audits=audits),
            )
        for _, name, table in house.vault_tables():
            audits = declared_audits(table)
            yield (
                name,
                load_vault_table(target, house, name, run_id=run_id, extra_audits=audits),
            )
        for _, name, table in house.query_tables():
            audits = declared_audits(table)
            yield (
                name,
                build_query_table(target, house, name, run_id=run_id, extra_audits=audits),
            )
        for name, mart in ordered_marts(house):
            audits = declared_audits(mart)
            yield (
                house.mart_label(name),
                build_mart(target, house, name, run_id=run_id, extra_audits=audits),
            )


def ordered_marts(house: Warehouse) -> list[tuple[str, Any]]:
    """Return the marts, those that others read first."""
    waiting, found = dict(house.marts), []
    labels = {house.mart_label(name): name for name in waiting}
    while waiting:
        for name in list(waiting):
            needed = {labels.get(".".join(map(str, t))) for t in mart_tables(house, name)} - {
                None,
                name,
            }
            if not needed & set(waiting):
                found.append((name, waiting.pop(name)))
                break
        else:
            raise AssertionError(waiting)
    return found


def tables(target: Target) -> dict[tuple[str, str], list[str]]:
    """Return the columns of every table and view."""
    rows = target.session().rows(
        "select schema_name as layer, table_name, column_name from duckdb_columns() "
        "where database_name = current_database() order by layer, table_name, column_index"
    )
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row["table_name"] not in _SKIPPED.get(row["layer"], ()):
            found.setdefault((row["layer"], row["table_name"]), []).append(row["column_name"])
    return found


def contents(target: Target, table: tuple[str, str], columns: list[str]) -> Rows:
    """Return the rows of a table, without what no two loads share, how often each."""
    kept = ", ".join(f'"{column}"' for column in columns if column not in VOLATILE)
    rows = target.connection().execute(f'select {kept} from "{table[0]}"."{table[1]}"').fetchall()
    return Counter(tuple(map(_value, row)) for row in rows)


def _value(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_CONSUMED):
        return _CONSUMED
    return float(f"{value:.12g}") if isinstance(value, float) else value

"""A warehouse whose batches are put straight into its stages, and what became of them."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from vault_assets.landing.batches import Batch
from vault_assets.loading.registering import insert_batches, utc_now
from vault_assets.loading.replaying import reload_batch
from vault_assets.loading.tables import ensure_registry, ensure_stage
from vault_assets.loading.vault import COUNTERS, Loaded, load_vault_table
from vault_assets.model import Warehouse
from vault_assets.model.names import quoted
from vault_assets.sql import dialect
from vault_assets.sql.plans import StagePlan
from vault_assets.sql.stages import hash_expressions, stage_plan
from vault_assets.sql.templates import read_sql, render
from vault_assets.targets.ducklake import DuckLake
from vault_assets.targets.session import Session

NOON = dt.datetime(2024, 1, 1, 12)  # noqa: DTZ001  load times have no zone
FIRST_LINE = 2
Row = Sequence[Any]


@dataclass(frozen=True)
class Landed:
    """A batch: `at` is its load time in seconds after noon."""

    source: str
    at: float
    rows: tuple[Row, ...]

    @property
    def batch_id(self) -> str:
        return f"{self.source}-{self.at}"

    @property
    def load_ts(self) -> dt.datetime:
        return NOON + dt.timedelta(seconds=self.at)


@dataclass
class House:
    """A lake with the tables of a warehouse."""

    lake: DuckLake
    warehouse: Warehouse
    batches: dict[str, Landed] = field(default_factory=dict)
    clock: float = 0

    def land(self, source: str, *rows: Row, at: float | None = None) -> str:
        """Register and stage a batch of rows in the order of the source's columns."""
        batch = self.announce(source, *rows, at=at)
        self.stage(batch)
        return batch

    def announce(self, source: str, *rows: Row, at: float | None = None) -> str:
        """Register a batch without staging it."""
        time = self.clock + 1 if at is None else at
        self.clock = max(self.clock, time)
        batch = Landed(source, time, tuple(rows))
        self.batches[batch.batch_id] = batch
        entry = Batch(
            batch_id=batch.batch_id,
            source=source,
            kind=self.warehouse.sources[source].delivery,
            object_key=f"{source}/{batch.at}.csv",
            etag=str(batch.at),
            size=0,
            modified=batch.load_ts,
            load_ts=batch.load_ts,
        )

        def unit(session: Session) -> None:
            ensure_registry(session)
            insert_batches(session, [entry])

        self.lake.transaction([], unit)
        return batch.batch_id

    def stage(self, batch_id: str) -> None:
        """Write the rows of a registered batch into its stage."""
        batch = self.batches[batch_id]
        plan = stage_plan(self.warehouse, batch.source)

        def unit(session: Session) -> None:
            ensure_stage(session, plan)
            _write_rows(session, self.warehouse, plan, batch)

        self.lake.transaction([], unit)

    def restage(self, batch_id: str, *rows: Row) -> None:
        """Replace the rows of a staged batch, as reading its object again does."""
        old = self.batches[batch_id]
        plan = stage_plan(self.warehouse, old.source)
        self.batches[batch_id] = Landed(old.source, old.at, tuple(rows))

        def unit(session: Session) -> None:
            for table in (plan.table, plan.quarantine):
                session.run(f"delete from {table.sql} where batch_id = $id", {"id": batch_id})
            session.run(
                "delete from registry.applied where table_name = $table and batch_id = $id",
                {"table": plan.table.label, "id": batch_id},
            )
            _write_rows(session, self.warehouse, plan, self.batches[batch_id])

        self.lake.transaction([], unit)

    def load(self, *tables: str, **options: Any) -> Loaded:
        """Load these vault tables, or all of them; return what the last load did."""
        names = tables or [name for _, name, _ in self.warehouse.vault_tables()]
        loaded = [
            load_vault_table(self.lake, self.warehouse, name, run_id="test", **options)
            for name in names
        ]
        return loaded[-1]

    def reload(self, batch_id: str) -> tuple[Loaded, ...]:
        """Load a restaged batch into all tables that it feeds."""
        source = self.batches[batch_id].source
        return reload_batch(self.lake, self.warehouse, source, batch_id, run_id="replay")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.lake.session().connection.execute(sql).fetchall()

    def rows(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        """Return these columns of a vault table, sorted and legible, without the ghosts.

        Hash keys are shown as their business keys, load times as seconds after noon.
        """
        return self.rows_of(
            f"select {', '.join(columns.split())} from vault.{table} where batch_id <> 'ghost'"
        )

    def rows_of(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what a query finds, sorted and legible as `rows` are."""
        names = self._key_names()
        found = self.query(sql)
        return sorted((tuple(_legible(v, names) for v in row) for row in found), key=repr)

    def quarantined(self, source: str, table: str) -> list[tuple[Any, ...]]:
        """Return (batch_id, row_no, reason) of the rows of a source that a vault table refused."""
        return sorted(
            self.query(
                f"select batch_id, row_no, reason from stage.{source}_quarantine "
                f"where table_name = 'vault.{table}'"
            )
        )

    def counters(self, table: str) -> dict[str, tuple[int, ...]]:
        """Return per batch: rows in, inserted, unchanged, duplicate, quarantined."""
        found = self.query(
            f"select batch_id, {', '.join(COUNTERS)} from registry.applied "
            f"where table_name = 'vault.{table}' order by load_ts"
        )
        return {batch_id: tuple(numbers) for batch_id, *numbers in found}

    def contents(self, table: str) -> list[tuple[Any, ...]]:
        """Return every row of a vault table with all its columns."""
        return sorted(self.query(f"select * from vault.{table}"), key=repr)

    def _key_names(self) -> dict[Any, str]:
        return {
            key: "/".join(str(part) for part in parts)
            for source in self.warehouse.sources
            for item in stage_plan(self.warehouse, source).hashes
            if item.kind == "key"
            for key, *parts in self._keys(source, item.name, [name for name, _ in item.parts])
        }

    def _keys(
        self, source: str, hash_column: str, parts: Sequence[str]
    ) -> Iterator[tuple[Any, ...]]:
        exists = self.query(
            "select 1 from duckdb_tables() where schema_name = 'stage' "
            f"and database_name = current_database() and table_name = '{source}'"
        )
        columns = ", ".join(map(quoted, [hash_column, *parts]))
        yield from self.query(f"select distinct {columns} from stage.{source}") if exists else ()


def _legible(value: Any, names: dict[Any, str]) -> Any:
    if isinstance(value, uuid.UUID | str):
        return names.get(value, value)
    if isinstance(value, dt.datetime) and value.date() == NOON.date():
        seconds = (value - NOON).total_seconds()
        return int(seconds) if seconds.is_integer() else seconds
    return value


def _write_rows(session: Session, warehouse: Warehouse, plan: StagePlan, batch: Landed) -> None:
    declared = warehouse.sources[batch.source].columns
    columns = ", ".join(
        f"unnest(cast(${name} as {dialect.sql_type(column.type)}[])) as {quoted(name)}"
        for name, column in declared.items()
    )
    values = dict(zip(declared, zip(*batch.rows, strict=True), strict=True)) if batch.rows else {}
    # Backwards: no rule may depend on the order in which rows are stored.
    session.connection.execute(
        "create or replace temp table landed_rows as select * from "
        f"(select {columns}, unnest(cast($row_no as bigint[])) as row_no) order by row_no desc",
        {
            **{name: list(values.get(name, ())) for name in declared},
            "row_no": [FIRST_LINE + number for number in range(len(batch.rows))],
        },
    )
    session.run(
        render(
            "stage/load.sql",
            plan=plan,
            rows="landed_rows",
            source_columns=plan.source_columns,
            hashes=hash_expressions(plan.hashes),
        ),
        {"batch_id": batch.batch_id, "load_ts": batch.load_ts, "record_source": "test"},
    )
    session.run(
        read_sql("registry/applied.sql"),
        {
            "table_name": plan.table.label,
            "stage": plan.source,
            "batch_id": batch.batch_id,
            "load_ts": batch.load_ts,
            "run_id": "test",
            "rows_in": len(batch.rows),
            "inserted": len(batch.rows),
            "unchanged": 0,
            "duplicate": 0,
            "quarantined": 0,
            "applied_at": utc_now(),
            "note": None,
        },
    )

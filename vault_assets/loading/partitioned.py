"""Marts by partition: hours, days or months that new batches touch, or that are given."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vault_assets.errors import TargetError
from vault_assets.loading.audits import Audit
from vault_assets.loading.consuming import changed_text, list_new
from vault_assets.loading.registering import utc_now
from vault_assets.model import Mart, Warehouse
from vault_assets.model.names import quoted
from vault_assets.model.partitions import ALL, CHANGED, Partition
from vault_assets.sql import dialect
from vault_assets.sql.mart_tables import mart_table
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.registry import EXPORTS_DUE
from vault_assets.sql.templates import render
from vault_assets.targets.session import Session

ONLY_CHANGED = Audit(
    "only_changed_partitions",
    "",
    "The query returns rows of the partitions that are built, and no others.",
    blocking=True,
)


@dataclass(frozen=True)
class Partitions:
    """The partitions of a mart, as a division.

    Args:
        table: The mart.
        mart: Its declaration.
        partition: How it is divided.
        everything: Whether all partitions were asked for.
        bounds: The first and the last of the partitions that were asked for.
    """

    table: TablePlan
    mart: Mart
    partition: Partition
    everything: bool = False
    bounds: tuple[dt.datetime, dt.datetime] | None = None

    @property
    def temp(self) -> str:
        """The temp table that says what is built."""
        return CHANGED

    @property
    def consumes(self) -> bool:
        """Whether new batches say what is built."""
        return self.bounds is None

    @property
    def keeps_written(self) -> bool:
        """Whether `written_rows` holds what is written: a partition may be large."""
        return False

    @property
    def only_changed(self) -> Audit:
        """The audit that only built partitions are written."""
        return ONLY_CHANGED

    @property
    def columns(self) -> tuple[str, ...]:
        """The column of the partitions."""
        return (self.partition.column,)

    @property
    def matching(self) -> str:
        """SQL: whether a row belongs to what is built."""
        return f"{quoted(self.partition.column)} in (select partition_value from {CHANGED})"

    def strangers(self, query: str) -> str:
        """Return the SQL of the partitions of a query that are not built."""
        column = quoted(self.partition.column)
        return (
            f"select {column}, count(*) as rows_of_other_partitions from (\n{query}\n) "
            f"where ({self.matching}) is not true group by {column}"
        )

    def prepare(self, session: Session) -> None:
        """Make the temp table, empty."""
        session.run(
            f"create or replace temp table {CHANGED} (partition_value {self.partition.sql_type})",
            note=False,
        )

    def refuse_columns(self, session: Session, columns: Mapping[str, str]) -> None:
        """Refuse a column of partitions that has another type than they have."""
        del session
        partition = self.partition
        kind = columns.get(partition.column, "missing")
        if kind.lower() != partition.sql_type:
            raise TargetError(
                f"the partitions' column {partition.column!r} is {kind.lower()}, "
                f"but a {partition.grain} is a {partition.sql_type}",
                where=self.table.label,
                fix=f"Let the query return {partition.truncated(partition.column)}.",
            )

    def choose(self, session: Session, *, whole: bool) -> None:
        """Fill the temp table."""
        if self.bounds and not whole:
            _take_given(session, self.partition, self.bounds)
        elif list_new(session, whole=whole):
            self._take_changed(session, whole=whole)

    def built(self, session: Session) -> tuple[dt.date, ...]:
        """Return the partitions that are built."""
        rows = session.rows(f"select partition_value from {CHANGED} order by partition_value")
        return tuple(row["partition_value"] for row in rows)

    def finish(self, session: Session) -> dict[str, Any]:
        """Note the exports that are due; return the partitions that were built and are stored."""
        built = self.built(session)
        if self.mart.export and built:
            self._note_exports(session)
        column = quoted(self.partition.column)
        stored = session.connection.execute(
            f"select {column}, count(*) from {self.table.sql} group by all order by {column} desc"
        ).fetchall()
        return {"partitions": built, "stored_partitions": tuple(stored)}

    def _take_changed(self, session: Session, *, whole: bool) -> None:
        session.run(
            render(
                "mart/changed.sql",
                label=self.table.label,
                table=self.table,
                partition=self.partition,
                changed=changed_text(self.partition.changed),
                whole=whole,
                start=dialect.timestamp(self.partition.floor(self.partition.start)),
            )
        )

    def _note_exports(self, session: Session) -> None:
        """Note in the transaction of the rows that their files are to be written anew."""
        by_partition = self.mart.export is not None and bool(self.mart.export.named)
        values = f"select cast(partition_value as varchar) from {CHANGED}"
        session.run(
            f"insert into {EXPORTS_DUE.sql} "
            f"select $table, value, cast($now as timestamp) from "
            f"({values if by_partition else 'select null'}) as v (value)",
            {"table": self.table.label, "now": utc_now()},
            note=False,
        )


def partitions_of(warehouse: Warehouse, name: str, given: str | None = None) -> Partitions:
    """Return the partitions of a mart that declares `partition`.

    Args:
        warehouse: The declaration.
        name: The mart.
        given: `2024-05-01`, `2024-05-01...2024-05-31` or `all`; such a build consumes no batch,
            unless all partitions are built.

    Raises:
        DeclarationError: `given` names no partitions of the mart.
    """
    mart = warehouse.marts[name]
    assert mart.partition is not None  # noqa: S101  narrows the type
    bounds = None if given in (None, ALL) else mart.partition.bounds(given)
    return Partitions(mart_table(warehouse, name), mart, mart.partition, given == ALL, bounds)


def _take_given(
    session: Session, partition: Partition, bounds: tuple[dt.datetime, dt.datetime]
) -> None:
    first, last = map(dialect.timestamp, bounds)
    session.run(
        f"insert into {CHANGED} select cast(unnest(generate_series({first}, {last}, "
        f"interval 1 {partition.grain})) as {partition.sql_type})"
    )

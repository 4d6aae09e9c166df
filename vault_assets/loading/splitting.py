"""Rows that carry their own load times: one batch per time, in order."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from vault_assets.errors import BatchError
from vault_assets.loading.adding import add_batch, declared_source
from vault_assets.loading.entries import Entry, refuse_time
from vault_assets.loading.registering import BATCHES_LOCK
from vault_assets.loading.stage_writing import StagedBatch
from vault_assets.loading.tables import ensure_registry
from vault_assets.model import Column, Warehouse
from vault_assets.targets.rows import (
    RECORD_SOURCE,
    ROW_NO,
    Given,
    GivenRows,
    given_rows,
    read_rows,
)
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

_OWN = {
    "load_ts": Column.model_validate({"type": "timestamp", "nullable": False}),
    "record_source": Column.model_validate({"type": "text", "optional": True}),
}
_TIME = "#load_ts"
Part = tuple[dt.datetime, Given]


def add_rows(
    lake: Target,
    warehouse: Warehouse,
    source: str,
    rows: GivenRows,
    entry: Entry | None = None,
    *,
    run_id: str,
) -> tuple[StagedBatch, ...]:
    """Add rows that say themselves when they were loaded, and from where.

    Rows of one `load_ts` are one batch, for a delivery has one time; each row keeps its
    `record_source` (empty or absent: the declared one) and its position among all rows given.
    Each batch is one transaction; all load times are checked before the first.

    Args:
        lake: The warehouse's lake.
        warehouse: The declaration.
        source: Name of the source.
        rows: With a column `load_ts`, perhaps `record_source`, and those of the source.
        entry: How the batches are registered; `load_ts` and `batch_id` are not for here.
        run_id: Written beside the applied batches.

    Raises:
        BatchError: A row has no load time, or a time that the registry cannot take; nothing is
            written. Or as `add_batch`.
    """
    declared = declared_source(warehouse, source)
    entry = entry or Entry()
    given = given_rows(rows, {**declared.columns, **_OWN}, where=source)
    if not given.names:
        return ()
    parts = list(_parts(lake, given, source))

    def check(session: Session) -> None:
        ensure_registry(session)
        for load_ts, _ in parts:
            refuse_time(session, source, load_ts, late=entry.late)

    lake.transaction([BATCHES_LOCK], check)
    return tuple(
        add_batch(lake, warehouse, source, part, replace(entry, load_ts=load_ts), run_id=run_id)
        for load_ts, part in parts
    )


def _parts(lake: Target, given: Given, source: str) -> Iterator[Part]:
    """Yield each load time with its rows, the earliest first."""
    table = given.open().read_all()
    times, sources = _own_columns(lake, given_rows(table, _OWN), source)
    table = table.drop_columns([name for name in _OWN if name in table.column_names])
    table = table.append_column(ROW_NO, pa.array(range(1, len(table) + 1), pa.int64()))
    table = table.append_column(RECORD_SOURCE, sources).append_column(_TIME, times)
    for load_ts in sorted(times.unique().to_pylist()):
        part = table.filter(pc.field(_TIME) == load_ts).drop_columns([_TIME])
        yield load_ts, Given(part.schema, part.to_reader)


def _own_columns(
    lake: Target, given: Given, source: str
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Return the load time and the record_source of every row."""
    engine = lake.engine()
    with read_rows(engine, given, _OWN) as own:
        if own.rejected:
            row_no, detail = engine.execute(
                f"select row_no, detail from {own.quarantined} order by row_no limit 1"
            ).fetchall()[0]
            raise BatchError(
                f"{own.rejected} rows have no load_ts, the first of them row {row_no}: {detail}",
                where=source,
                fix="Nothing was added. Give each row a load_ts, UTC or with its offset.",
            )
        found = engine.execute(
            f"select load_ts, record_source from {own.rows} order by row_no"
        ).to_arrow_table()
    return found.column("load_ts"), found.column("record_source")

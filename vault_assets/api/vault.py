"""A warehouse with one method per use case."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Self, overload

import duckdb
import pyarrow as pa

from vault_assets.errors import DeclarationError, TargetError
from vault_assets.loading.adding import Addable, add_batch, replace_rows
from vault_assets.loading.approving import Approval, approve
from vault_assets.loading.audits import Verdict
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.entries import Entry, Kind
from vault_assets.loading.judging import judge_mart, judge_stage, judge_vault_table
from vault_assets.loading.known_batches import batch_source, refuse_released
from vault_assets.loading.looking_again import look_up_again
from vault_assets.loading.maintaining import CLEAN_DAYS, KEEP_DAYS, Maintained, maintain
from vault_assets.loading.marts import Written, build_mart
from vault_assets.loading.query_tables import Built, build_bridge, build_pit
from vault_assets.loading.registering import utc_now
from vault_assets.loading.releasing import Released, release
from vault_assets.loading.repairing import mark_replayed
from vault_assets.loading.replaying import fed_by, rebuild_vault, reload_batch
from vault_assets.loading.reporting import applied_batches, batch_list, quarantined_rows
from vault_assets.loading.snapshots import SnapshotsAdded, add_snapshots
from vault_assets.loading.splitting import add_rows
from vault_assets.loading.stage_writing import StagedBatch
from vault_assets.loading.stored import stored_columns
from vault_assets.loading.vault import Loaded, load_vault_table
from vault_assets.model import Table, Warehouse
from vault_assets.model.layers import VAULT, TableKind
from vault_assets.model.names import nearest, quoted
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.registry import APPLIED
from vault_assets.sql.tracing import mart_order
from vault_assets.targets.engine import without_secrets
from vault_assets.targets.rows import GivenRows
from vault_assets.targets.target import Target

_KINDS: tuple[TableKind, ...] = ("vault", "mart", "stage")


class Vault:
    """An open warehouse.

    Tables go by their name (`h_users`), or by layer and name where a source and another table
    share one (`stage.users`). Load times are UTC without zone.

    Args:
        warehouse: The declaration.
        lake: Where its tables are.
    """

    def __init__(self, warehouse: Warehouse, lake: Target) -> None:
        self.warehouse = warehouse
        self.lake = lake
        self.run_id = f"api-{uuid.uuid4()}"

    def add_batch(
        self,
        source: str,
        rows: Addable,
        *,
        load_ts: dt.datetime | None = None,
        record_source: str | None = None,
        batch_id: str | None = None,
        kind: Kind | None = None,
        late: bool = False,
    ) -> StagedBatch:
        """Register and stage a batch, in one transaction; vault tables load it with `load`.

        Args:
            source: Name of the source.
            rows: A list of dictionaries, an Arrow table or reader, a Polars frame, a DuckDB
                relation, or the Path of a file. None are a batch too: an empty delivery.
            load_ts: Its load time; default: now. New in its source, and later than its batches.
            record_source: Value of record_source; default: the declared one.
            batch_id: Its id; default: `<source>-<load_ts as digits>`.
            kind: `full` or `delta`, as the registry notes it; default: the declared delivery.
            late: Accept a `load_ts` earlier than that of the source's newest batch.

        Returns:
            The batch, its counters, and columns that are not declared and were ignored.

        Raises:
            BatchError: No such source, a required column is missing, or load time or id is taken.
        """
        entry = Entry(load_ts, record_source, batch_id, kind, late)
        return add_batch(self.lake, self.warehouse, source, rows, entry, run_id=self.run_id)

    def add_rows(
        self, source: str, rows: GivenRows, *, kind: Kind | None = None, late: bool = False
    ) -> tuple[StagedBatch, ...]:
        """Add rows with a column `load_ts`, perhaps `record_source`: one batch per load time.

        Args:
            source: Name of the source.
            rows: As in `add_batch`, but no file.
            kind: As in `add_batch`.
            late: As in `add_batch`.

        Returns:
            The batches, the earliest first.

        Raises:
            BatchError: As `add_batch`; or a row has no load time.
        """
        entry = Entry(kind=kind, late=late)
        return add_rows(self.lake, self.warehouse, source, rows, entry, run_id=self.run_id)

    @overload
    def load(self, name: str, *, repair: bool = False) -> Loaded: ...

    @overload
    def load(self, name: None = None, *, repair: bool = False) -> tuple[Loaded, ...]: ...

    def load(self, name: str | None = None, *, repair: bool = False) -> Loaded | tuple[Loaded, ...]:
        """Apply to a vault table the batches that it has not applied; without a name, to all.

        Args:
            name: The vault table; its parents must be loaded first.
            repair: Let histories accept late batches: the keys that they touch are rebuilt.

        Raises:
            LateBatchError: A history lacks an older batch, and does not repair.
            AuditsFailedError: A blocking check failed; the table is as it was.
        """
        if name is None:
            names = [name for _, name, _ in self.warehouse.vault_tables()]
            return tuple(self.load(name, repair=repair) for name in names)
        name = self._place(name, "vault")[1]
        (table,) = (table for _, other, table in self.warehouse.vault_tables() if other == name)
        return load_vault_table(
            self.lake,
            self.warehouse,
            name,
            run_id=self.run_id,
            repair=repair,
            extra_audits=declared_audits(table),
        )

    @overload
    def build(self, name: str, *, partitions: str | None = None) -> Written: ...

    @overload
    def build(self, name: None = None) -> tuple[Written, ...]: ...

    def build(
        self, name: str | None = None, *, partitions: str | None = None
    ) -> Written | tuple[Written, ...]:
        """Replace a mart by the rows of its query; without a name all, in order of dependency.

        Args:
            name: The mart.
            partitions: Of a mart by partition: `2024-05-01`, `2024-05-01...2024-05-31` or `all`;
                of a mart by key: `all`. Default: what new batches touch.

        Raises:
            AuditsFailedError: A blocking check failed; the mart is as it was.
            DeclarationError: The mart has no such partitions.
        """
        if name is None:
            return tuple(self.build(mart) for mart in mart_order(self.warehouse))
        name = self._place(name, "mart")[1]
        audits = declared_audits(self.warehouse.marts[name])
        return build_mart(
            self.lake,
            self.warehouse,
            name,
            run_id=self.run_id,
            partitions=partitions,
            extra_audits=audits,
        )

    def add_snapshots(
        self,
        name: str,
        times: Sequence[dt.datetime] = (),
        *,
        until: dt.datetime | None = None,
        reference: dt.date | None = None,
    ) -> SnapshotsAdded:
        """Add snapshots to a snapshot control, and decide anew which are active.

        Args:
            name: The snapshot control.
            times: Snapshots to add, UTC without zone.
            until: Add the declared ones up to this time.
            reference: The day from which its rules count back; default: that of the last of
                `times` and `until`, else today.
        """
        given = [*times, *([until] if until else [])]
        day = reference or (max(given).date() if given else utc_now().date())
        return add_snapshots(
            self.lake, self.warehouse, name, times=times, until=until, reference=day
        )

    def build_pit(self, name: str) -> Built:
        """Build what a PIT lacks: a partition for each active snapshot that is complete.

        Raises:
            AuditsFailedError: A blocking check failed; the PIT is as it was.
        """
        return build_pit(self.lake, self.warehouse, name, run_id=self.run_id)

    def build_bridge(self, name: str) -> Built:
        """Build what a bridge lacks, as `build_pit` does.

        Raises:
            AuditsFailedError: A blocking check failed; the bridge is as it was.
        """
        return build_bridge(self.lake, self.warehouse, name, run_id=self.run_id)

    def maintain(self, *, keep_days: int = KEEP_DAYS, clean_days: int = CLEAN_DAYS) -> Maintained:
        """Merge small files, forget old snapshots of the lake, remove files that none needs.

        Args:
            keep_days: For how long the lake can be read as it was.
            clean_days: For how long a file outlives its last snapshot.
        """
        return maintain(self.lake, keep_days=keep_days, clean_days=clean_days)

    def replay(self, batch_id: str, rows: Addable | None = None) -> tuple[Loaded, ...]:
        """Load a batch anew into every vault table that it feeds; its load time stays.

        Args:
            batch_id: The batch.
            rows: Its rows as they should have been; default: those kept in the stage, with what
                its prejoins find now.

        Raises:
            BatchError: There is no such batch, or the rows are not those of its source.
        """
        source = batch_source(self.lake, batch_id)
        looks_up = rows is None and bool(self.warehouse.sources[source].prejoins)
        if rows is not None or looks_up:
            refuse_released(self.lake, batch_id)
        labels = [plan.table.label for plan in fed_by(self.warehouse, source)]
        locks = [APPLIED.label]
        self.lake.transaction(locks, lambda session: mark_replayed(session, labels, batch_id))
        if rows is not None:
            replace_rows(self.lake, self.warehouse, source, batch_id, rows, run_id=self.run_id)
        elif looks_up:
            look_up_again(self.lake, self.warehouse, source, batch_id, run_id=self.run_id)
        return reload_batch(self.lake, self.warehouse, source, batch_id, run_id=self.run_id)

    def release(
        self,
        batch_id: str,
        rows: Addable | None = None,
        *,
        load_ts: dt.datetime | None = None,
        record_source: str | None = None,
        new_batch_id: str | None = None,
    ) -> Released:
        """Register and stage the quarantined rows of a batch as a new batch; `load` applies it.

        Args:
            batch_id: The batch that they came with; it stays as it is.
            rows: The rows as they should have been, as in `add_batch`. With a column `row_no` they
                replace the quarantined rows of these numbers, without it all of them. Default: the
                lines as they were delivered, read by the declaration as it is now.
            load_ts: Load time of the new batch; default: now.
            record_source: Value of record_source; default: that of the batch.
            new_batch_id: Id of the new batch.

        Raises:
            BatchError: Nothing is quarantined or it is released already; no line can be read now;
                a number is that of no quarantined row; or a newer snapshot is there.
        """
        entry = Entry(load_ts, record_source, new_batch_id)
        return release(self.lake, self.warehouse, batch_id, rows, entry, run_id=self.run_id)

    def release_held(self, batch_id: str, *, reason: str, by: str | None = None) -> Approval:
        """Allow a snapshot to close more keys than its tables allow; the next `load` applies it.

        Args:
            batch_id: The batch that is held.
            reason: Why it is right.
            by: Who says so; default: the user of this process.

        Raises:
            BatchError: No table holds it, or there is no reason.
        """
        return approve(self.lake, self.warehouse, batch_id, reason=reason, by=by)

    def rebuild(self) -> tuple[Loaded, ...]:
        """Drop the vault tables and load them from the kept stage rows: identical contents."""
        return rebuild_vault(self.lake, self.warehouse, run_id=self.run_id)

    def table(self, name: str, *, ghosts: bool = False) -> pa.Table:
        """Return the rows of a table, in no given order.

        Args:
            name: The table.
            ghosts: Whether the two ghost rows of a vault table are among them.
        """
        layer, table = self._loaded(name)
        plain = ghosts or layer != VAULT or table in dict(self._query_tables())
        condition = "" if plain else " where batch_id <> 'ghost'"
        return self.query(f"from {quoted(layer)}.{quoted(table)}{condition}")

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """Return the rows of a query; tables are named layer.table, values bound to $name.

        Raises:
            TargetError: The engine refuses the query.
        """
        try:
            return self.lake.connection().execute(sql, parameters).to_arrow_table()
        except duckdb.Error as error:
            text = without_secrets(str(error), self.lake.settings)
            raise TargetError(text, where=self.warehouse.name) from error

    def relation(self, sql: str) -> duckdb.DuckDBPyRelation:
        """Return a query as a DuckDB relation on a connection of its own, to be read lazily."""
        return self.lake.relation(sql)

    def counters(self, name: str) -> list[dict[str, Any]]:
        """Return for each batch that a stage or vault table has applied what became of its rows."""
        return applied_batches(self.lake, ".".join(self._place(name)))

    def batches(self, source: str | None = None) -> list[dict[str, Any]]:
        """Return the batches with status and counters of their stage, the earliest first."""
        return batch_list(self.lake, self.warehouse, source=source, limit=None)[::-1]

    def quarantine(self, name: str) -> pa.Table:
        """Return refused rows with their reasons.

        Args:
            name: A source: all of its rows that a table refused. A vault table: those it refused.
        """
        layer, table = self._place(name, "stage", "vault")
        kind = self.warehouse.kind_of(layer, table)
        return quarantined_rows(self.lake, self.warehouse, kind, table)

    def check(self, name: str) -> tuple[Verdict, ...]:
        """Judge a table as it stands by all its checks, those that block first.

        Raises:
            DeclarationError: It is a PIT, a bridge or a snapshot control.
        """
        layer, table = self._loaded(name)
        if table in dict(self._query_tables()):
            raise DeclarationError(
                "is judged when it is built",
                where=name,
                fix="Read `verdicts` of what that returned.",
            )
        judges = {"vault": judge_vault_table, "mart": judge_mart, "stage": judge_stage}
        return judges[self.warehouse.kind_of(layer, table)](self.lake, self.warehouse, table)

    def close(self) -> None:
        """Close the lake; one in memory is gone."""
        self.lake.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _query_tables(self) -> list[tuple[str, Table]]:
        return [(name, table) for _, name, table in self.warehouse.query_tables()]

    def _loaded(self, name: str) -> tuple[str, str]:
        """Return layer and name of a table that exists."""
        layer, table = self._place(name)
        if not stored_columns(self.lake.session(), TablePlan(layer, table, ())):
            raise TargetError("it has not been loaded yet", where=f"{layer}.{table}")
        return layer, table

    def _place(self, name: str, *kinds: TableKind) -> tuple[str, str]:
        """Return layer and name of a declared table.

        Raises:
            DeclarationError: No table has that name and is of these kinds (default: of any).
        """
        known: dict[TableKind, list[tuple[str, str]]] = {kind: [] for kind in kinds or _KINDS}
        for layer, table, _ in self.warehouse.tables():
            known.get(self.warehouse.kind_of(layer, table), []).append((layer, table))
        for places in known.values():
            for place in places:
                if name in (place[1], ".".join(place)):
                    return place
        hint = nearest(name, [table for places in known.values() for _, table in places])
        raise DeclarationError(f"no table {name!r}: {hint}", where=self.warehouse.name)

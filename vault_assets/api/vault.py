"""A warehouse with one method per use case."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import overload

from vault_assets.api.looking import OpenWarehouse
from vault_assets.loading.adding import Addable, add_batch, replace_rows
from vault_assets.loading.approving import Approval, approve
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.entries import Entry, Kind
from vault_assets.loading.known_batches import batch_source, refuse_released
from vault_assets.loading.looking_again import look_up_again
from vault_assets.loading.maintaining import CLEAN_DAYS, KEEP_DAYS, Maintained, maintain
from vault_assets.loading.marts import Written, build_mart
from vault_assets.loading.query_tables import Built, build_bridge, build_pit
from vault_assets.loading.registering import utc_now
from vault_assets.loading.releasing import Released, release
from vault_assets.loading.repairing import mark_replayed
from vault_assets.loading.replaying import Progress, fed_by, rebuild_vault, reload_batch
from vault_assets.loading.snapshots import SnapshotsAdded, add_snapshots
from vault_assets.loading.splitting import add_rows
from vault_assets.loading.stage_writing import StagedBatch
from vault_assets.loading.vault import Loaded, load_vault_table
from vault_assets.model import Warehouse
from vault_assets.sql.registry import APPLIED
from vault_assets.sql.tracing import mart_order
from vault_assets.targets.rows import GivenRows
from vault_assets.targets.target import Target


class Vault(OpenWarehouse):
    """An open warehouse: batches enter, tables are loaded and built.

    How to look at it is told by the class that it extends.

    Args:
        warehouse: The declaration.
        lake: Where its tables are.
    """

    def __init__(self, warehouse: Warehouse, lake: Target) -> None:
        super().__init__(warehouse, lake)
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

    def rebuild(self, *, progress: Progress = lambda _: None) -> tuple[Loaded, ...]:
        """Drop the vault tables and load them from the kept stage rows: identical contents.

        If the declaration hashes otherwise than before, the kept rows are hashed anew first.

        Args:
            progress: Is told of each stage that is hashed anew, and of each table.

        Raises:
            TargetError: A stored hash is not the hash of its row.
        """
        return rebuild_vault(self.lake, self.warehouse, run_id=self.run_id, progress=progress)

"""Maintenance of a lake: merge small files, forget old snapshots, remove files that none needs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from vault_assets.errors import TargetError
from vault_assets.loading.cataloged_files import TableFiles, missing_files, table_files
from vault_assets.model.maintenance import CLEAN_DAYS, KEEP_DAYS
from vault_assets.model.names import literal
from vault_assets.targets.ducklake import DuckLake
from vault_assets.targets.engine import without_secrets
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

__all__ = ["CLEAN_DAYS", "KEEP_DAYS", "Maintained", "maintain"]

_DELETED = 0.2
"""Share of deleted rows from which a file is written anew."""


@dataclass(frozen=True)
class Maintained:
    """What maintenance did.

    Args:
        files_before: Data files in use when it began.
        files_after: Data files in use when it ended.
        expired: Snapshots that were forgotten.
        removed: Files that were removed from the store.
        bytes_before: Their bytes when it began.
        bytes_after: Their bytes when it ended.
    """

    files_before: int
    files_after: int
    expired: int
    removed: int
    bytes_before: int
    bytes_after: int

    def __str__(self) -> str:
        return (
            f"{self.files_before:,} files before ({self.bytes_before:,} bytes), "
            f"{self.files_after:,} after ({self.bytes_after:,} bytes); "
            f"{self.expired:,} snapshots expired, {self.removed:,} files removed"
        )


def maintain(
    lake: Target,
    *,
    keep_days: int = KEEP_DAYS,
    clean_days: int = CLEAN_DAYS,
    progress: Callable[[str], None] = lambda _: None,
) -> Maintained:
    """Merge the small files of every table, expire old snapshots, remove files that are not needed.

    Files with many deleted rows are written anew. Files of no table, left by writers that died, go
    too, unless files land in the lake's folder. One table after the other, under the lock of its
    writer: loads of other tables go on, and what readers read stays in the store for `clean_days`.
    Interrupted, it has done some of the tables.

    Args:
        lake: The warehouse's lake.
        keep_days: Snapshots older than this are forgotten; the last one never is.
        clean_days: Files that no snapshot has needed for so long are removed.
        progress: Is told of each table whose files were merged.

    Raises:
        UnavailableError: The catalog or the store does not answer.
        TargetError: The database refused a statement, or the store lacks a file that some snapshot
            needs: before, in which case nothing was done, or afterwards.
    """
    if not isinstance(lake, DuckLake):
        raise TargetError(
            "only a lake has files to merge and snapshots to forget",
            where=lake.warehouse,
            fix="Vertica's Tuple Mover merges containers by itself.",
        )
    _refuse_missing(lake)
    before = table_files(lake)
    for table in before:
        if table.deletes:
            _call(lake, table, "ducklake_rewrite_data_files", f"delete_threshold => {_DELETED}")
            progress(f"{table.layer}.{table.name}: {table.deletes:,} files had deleted rows")
        if table.files > 1:
            _call(lake, table, "ducklake_merge_adjacent_files")
            progress(f"{table.layer}.{table.name}: {table.files:,} files merged")
    name = literal(lake.warehouse)
    expired = _counted(
        lake,
        f"call ducklake_expire_snapshots({name}, older_than => {_ago(keep_days)})",
    )
    removed = _counted(
        lake,
        f"call ducklake_cleanup_old_files({name}, older_than => {_ago(clean_days)})",
    )
    if not _shares_folder(lake):
        # Younger ones may belong to a transaction that is still open.
        old = _ago(max(clean_days, 1))
        removed += _counted(
            lake, f"call ducklake_delete_orphaned_files({name}, older_than => {old})"
        )
    _refuse_missing(lake)
    after = table_files(lake)
    return Maintained(
        files_before=sum(table.files for table in before),
        files_after=sum(table.files for table in after),
        expired=expired,
        removed=removed,
        bytes_before=sum(table.bytes for table in before),
        bytes_after=sum(table.bytes for table in after),
    )


def _shares_folder(lake: DuckLake) -> bool:
    """Whether landed files may lie among the lake's: they would look like files of no table."""
    places = [lake.settings.landing, f"{lake.settings.data.rstrip('/')}/{lake.warehouse}"]
    landing, data = (
        f"{place if '://' in place else Path(place).resolve()}".rstrip("/") + "/"
        for place in places
    )
    return landing.startswith(data) or data.startswith(landing)


def _refuse_missing(lake: DuckLake) -> None:
    missing = missing_files(lake)
    if missing:
        raise TargetError(
            f"{len(missing)} files are missing that a snapshot needs, the first: {missing[0]}",
            where=lake.warehouse,
            fix="Bring them back from a copy of the store.",
        )


def _call(lake: DuckLake, table: TableFiles, function: str, option: str = "") -> None:
    arguments = [
        literal(lake.warehouse),
        literal(table.name),
        f"schema => {literal(table.layer)}",
        *([option] if option else []),
    ]

    def unit(session: Session) -> None:
        session.run(f"call {function}({', '.join(arguments)})")

    lake.transaction([f"{table.layer}.{table.name}"], unit)


def _counted(lake: DuckLake, sql: str) -> int:
    try:
        return len(lake.connection().execute(sql).fetchall())
    except duckdb.Error as error:
        text = without_secrets(str(error), lake.settings)
        raise TargetError(text, where=lake.warehouse) from error


def _ago(days: int) -> str:
    return f"now() - interval {int(days)} day"

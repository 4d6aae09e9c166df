"""Maintenance of a lake: merge small files, forget old snapshots, remove files that none needs."""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from vault_assets.errors import TargetError
from vault_assets.model.names import literal, quoted
from vault_assets.targets.ducklake import DuckLake
from vault_assets.targets.engine import without_secrets
from vault_assets.targets.session import Session

KEEP_DAYS = 30
"""Days for which the lake can be read as it was."""

CLEAN_DAYS = 2
"""Days that a file outlives its last snapshot: longer than any query or transaction lasts."""


@dataclass(frozen=True)
class Maintained:
    """What maintenance did.

    Args:
        files_before: Data files in use when it began.
        files_after: Data files in use when it ended.
        expired: Snapshots that were forgotten.
        removed: Files that were removed from the store.
    """

    files_before: int
    files_after: int
    expired: int
    removed: int

    def __str__(self) -> str:
        return (
            f"{self.files_before:,} files before, {self.files_after:,} after; "
            f"{self.expired:,} snapshots expired, {self.removed:,} files removed"
        )


def maintain(
    lake: DuckLake,
    *,
    keep_days: int = KEEP_DAYS,
    clean_days: int = CLEAN_DAYS,
    progress: Callable[[str], None] = lambda _: None,
) -> Maintained:
    """Merge the small files of every table, expire old snapshots, remove files that are not needed.

    One table after the other, under the lock of its writer: loads of other tables go on, and what
    readers read stays in the store for `clean_days`. Interrupted, it has done some of the tables.

    Args:
        lake: The warehouse's lake.
        keep_days: Snapshots older than this are forgotten; the last one never is.
        clean_days: Files that no snapshot has needed for so long are removed.
        progress: Is told of each table whose files were merged.

    Raises:
        UnavailableError: The catalog or the store does not answer.
        TargetError: The database refused a statement.
    """
    tables = _files(lake)
    for (layer, name), files in tables.items():
        if files > 1:
            _merge(lake, layer, name)
            progress(f"{layer}.{name}: {files:,} files merged")
    name = literal(lake.warehouse)
    expired = _counted(
        lake,
        f"call ducklake_expire_snapshots({name}, older_than => {_ago(keep_days)})",
    )
    removed = _counted(
        lake,
        f"call ducklake_cleanup_old_files({name}, older_than => {_ago(clean_days)})",
    )
    return Maintained(sum(tables.values()), sum(_files(lake).values()), expired, removed)


def _files(lake: DuckLake) -> dict[tuple[str, str], int]:
    """Return the number of data files of every table, by layer and name."""
    # In Postgres each lake has a schema of its own: see `create_catalog_secrets`.
    schema = lake.warehouse if lake.served else "main"
    catalog = f"{quoted(f'__ducklake_metadata_{lake.warehouse}')}.{quoted(schema)}"
    rows = lake.session().rows(
        "select s.schema_name, t.table_name, count(f.data_file_id) as files "
        f"from {catalog}.ducklake_table as t "
        f"inner join {catalog}.ducklake_schema as s on s.schema_id = t.schema_id "
        f"left join {catalog}.ducklake_data_file as f "
        "on f.table_id = t.table_id and f.end_snapshot is null "
        "where t.end_snapshot is null and s.end_snapshot is null group by all order by all"
    )
    return {(row["schema_name"], row["table_name"]): row["files"] for row in rows}


def _merge(lake: DuckLake, layer: str, name: str) -> None:
    def unit(session: Session) -> None:
        session.run(
            f"call ducklake_merge_adjacent_files({literal(lake.warehouse)}, {literal(name)}, "
            f"schema => {literal(layer)})"
        )

    lake.transaction([f"{layer}.{name}"], unit)


def _counted(lake: DuckLake, sql: str) -> int:
    try:
        return len(lake.connection().execute(sql).fetchall())
    except duckdb.Error as error:
        text = without_secrets(str(error), lake.settings)
        raise TargetError(text, where=lake.warehouse) from error


def _ago(days: int) -> str:
    return f"now() - interval {int(days)} day"

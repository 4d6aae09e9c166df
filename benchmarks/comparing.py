"""Are the tables of two lakes equal? Compared are counts and checksums, not load times and ids."""

from dataclasses import dataclass

import duckdb

from vault_assets.model.names import quoted

# Load times differ between runs, so a row's batch is compared as the n-th of its table.
_IGNORED = ("batch_id", "load_ts", "applied_at")
# Where texts hold line breaks, the script by hand counts records as DuckDB does, not lines.
_NO_LINES = ("dialogs", "dialogs_quarantine")


@dataclass(frozen=True)
class Fingerprint:
    """Rows of a table, and the sum of their hashes."""

    rows: int
    checksum: int


def fingerprints(connection: duckdb.DuckDBPyConnection) -> dict[str, Fingerprint]:
    """Return the fingerprint of every stage, quarantine, vault table and mart.

    Args:
        connection: A connection whose current database is the lake.
    """
    tables = connection.execute(
        "select schema_name, table_name, list(column_name order by column_name) "
        "from duckdb_columns() where database_name = current_database() "
        "and schema_name in ('stage', 'vault', 'mart') and (schema_name, table_name) in ("
        "select (schema_name, table_name) from duckdb_tables() "
        "where database_name = current_database()) group by all order by all"
    ).fetchall()
    return {
        f"{layer}.{name}": Fingerprint(*_fingerprint(connection, layer, name, columns))
        for layer, name, columns in tables
    }


def differences(left: dict[str, Fingerprint], right: dict[str, Fingerprint]) -> list[str]:
    """Return a line for each table that is not the same in both."""
    return [
        f"{table}: {left.get(table)} is not {right.get(table)}"
        for table in sorted(left.keys() | right.keys())
        if left.get(table) != right.get(table)
    ]


def _fingerprint(
    connection: duckdb.DuckDBPyConnection, layer: str, name: str, columns: list[str]
) -> tuple[int, int]:
    table = f"{quoted(layer)}.{quoted(name)}"
    values = ", ".join(_compared(layer, name, columns))
    batch = "load_ts" if "load_ts" in columns else "1"
    row = connection.execute(
        f"with batches as (select distinct {batch} as time from {table}), "
        "ordered as (select time, row_number() over (order by time) as batch from batches) "
        f"select count(*), coalesce(sum(hash(batch, {values})::hugeint), 0) "
        f"from {table} as t inner join ordered on time = {batch}"
    ).fetchone()
    assert row is not None
    return row


def _compared(layer: str, name: str, columns: list[str]) -> list[str]:
    if name.endswith("_quarantine"):
        lines = [] if name in _NO_LINES else ["row_no"]
        # Each reader words its own reasons; those of the vault are specified.
        return ["table_name", *lines, "case when table_name like 'vault.%' then reason end"]
    if name == "s_admins":
        # A change holds from its load time, which is hashed.
        kept = [c for c in columns if c not in (*_IGNORED, "admin_from", "hashdiff")]
        first = "admin_from is distinct from load_ts"
        return [*kept, f"case when {first} then (admin_from, hashdiff) end"]
    dropped = {*_IGNORED, *(["row_no"] if layer == "stage" and name in _NO_LINES else [])}
    return [quoted(column) for column in columns if column not in dropped]

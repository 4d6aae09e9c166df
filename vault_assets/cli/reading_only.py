"""Tell a query that only reads from one that writes under the name of reading.

A lake attached read-only is not enough: `postgres_execute` reaches the catalog beside it,
`ducklake_merge_adjacent_files` writes files, and `explain analyze` runs what it explains. Files of
this machine may hold secrets, and so may the server of the catalog.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from vault_assets.errors import VaultAssetsError

_READ = {
    *("unnest", "range", "generate_series", "repeat", "repeat_row", "json_each", "json_tree"),
    *("read_csv", "read_csv_auto", "sniff_csv", "read_text", "read_blob", "glob"),
    *("read_json", "read_json_auto", "read_json_objects", "read_ndjson", "read_ndjson_auto"),
    *("read_parquet", "parquet_scan", "parquet_metadata", "parquet_schema"),
    *("parquet_file_metadata", "parquet_kv_metadata", "pragma_table_info", "pragma_version"),
    *("ducklake_snapshots", "ducklake_table_info", "ducklake_list_files", "ducklake_options"),
    *("ducklake_table_changes", "ducklake_table_insertions", "ducklake_table_deletions"),
}


_CATALOG = "__ducklake_metadata_"


def confine(connection: duckdb.DuckDBPyConnection, places: Iterable[str]) -> None:
    """Let a connection read files of these places only; what is attached stays readable.

    Args:
        connection: With the lake attached. It cannot be changed any more.
        places: `s3://bucket/prefix` or folders; empty ones are left out.
    """
    roots = [place if "://" in place else str(Path(place).absolute()) for place in places if place]
    connection.execute(
        "set allowed_directories = $roots", {"roots": [f"{r.rstrip('/')}/" for r in roots]}
    )
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def refuse_all_but_reading(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Refuse everything but one select statement whose table functions are known to read.

    Args:
        connection: Parses the statement; nothing is run.
        sql: What a user typed. `explain` before a select is accepted, `explain analyze` is not.

    Raises:
        VaultAssetsError: It may write, or is not one statement.
        duckdb.Error: It is no SQL.
    """
    statements = connection.extract_statements(sql)
    explained = re.fullmatch(r"\s*explain\s(.*)", sql, flags=re.DOTALL | re.IGNORECASE)
    if len(statements) == 1 and explained:
        sql = explained[1]
        statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise VaultAssetsError(
            "`query` runs one select statement", fix="It cannot change anything."
        )
    tree = _syntax_tree(connection, sql)
    if any(_CATALOG in place for place in _table_places(tree)):
        raise VaultAssetsError(
            "`query` does not read the catalog's own tables", fix="Try ducklake_snapshots()."
        )
    for schema, name in _table_functions(tree):
        if (schema, name) in _views_with_parameters(connection):
            continue
        if name not in _READ and not name.startswith("duckdb_"):
            raise VaultAssetsError(
                f"`query` does not call {name}()", fix="It reads tables and files, nothing else."
            )


def _syntax_tree(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    ((text,),) = connection.execute("select json_serialize_sql($sql)", {"sql": sql}).fetchall()
    tree = json.loads(text)
    if tree["error"]:
        raise VaultAssetsError(f"`query` cannot judge this statement: {tree['error_message']}")
    return tree


def _views_with_parameters(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    rows = connection.execute(
        "select schema_name, function_name from duckdb_functions() "
        "where function_type = 'table_macro' and database_name = current_database()"
    ).fetchall()
    return {(schema, name) for schema, name in rows}


def _table_places(node: Any) -> Iterator[str]:
    """Yield the catalog and the schema of every table that is read."""
    if isinstance(node, list):
        for item in node:
            yield from _table_places(item)
    elif isinstance(node, dict):
        if node.get("type") == "BASE_TABLE":
            yield f"{node.get('catalog_name', '')}.{node.get('schema_name', '')}".lower()
        for item in node.values():
            yield from _table_places(item)


def _table_functions(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for item in node:
            yield from _table_functions(item)
    elif isinstance(node, dict):
        if node.get("type") == "TABLE_FUNCTION":
            called = node["function"]
            name = str(called.get("function_name", "")).lower()
            yield str(called.get("schema", "")).lower(), name
        for item in node.values():
            yield from _table_functions(item)

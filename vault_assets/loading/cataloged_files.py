"""The files of a lake, as its catalog lists them."""

from dataclasses import dataclass

from vault_assets.model.names import literal, quoted
from vault_assets.targets.ducklake import DuckLake


@dataclass(frozen=True)
class TableFiles:
    """Data files of a table that are in use now, their bytes, and files of deleted rows."""

    layer: str
    name: str
    files: int
    bytes: int
    deletes: int


def table_files(lake: DuckLake) -> list[TableFiles]:
    """Return the data files of every table, by layer and name."""
    catalog = _catalog(lake)
    rows = lake.session().rows(
        "select s.schema_name as layer, t.table_name as name, count(f.data_file_id) as files, "
        "cast(coalesce(sum(f.file_size_bytes), 0) as bigint) as bytes, "
        "count(d.delete_file_id) as deletes "
        f"from {catalog}.ducklake_table as t "
        f"inner join {catalog}.ducklake_schema as s on s.schema_id = t.schema_id "
        f"left join {catalog}.ducklake_data_file as f "
        "on f.table_id = t.table_id and f.end_snapshot is null "
        f"left join {catalog}.ducklake_delete_file as d "
        "on d.data_file_id = f.data_file_id and d.end_snapshot is null "
        "where t.end_snapshot is null and s.end_snapshot is null group by all order by all"
    )
    return [TableFiles(**row) for row in rows]


def missing_files(lake: DuckLake) -> tuple[str, ...]:
    """Return the files that some snapshot needs, but the store does not have."""
    catalog = _catalog(lake)
    session = lake.session()
    root = session.value(f"select value from {catalog}.ducklake_metadata where key = 'data_path'")
    files = " union all ".join(
        f"select table_id, path, path_is_relative from {catalog}.{table}"
        for table in ("ducklake_data_file", "ducklake_delete_file")
    )
    rows = session.rows(
        "with folders as ("
        f"select distinct t.table_id, {_below(literal(root), 's')} as schema_path, "
        f"t.path, t.path_is_relative from {catalog}.ducklake_table as t "
        f"inner join {catalog}.ducklake_schema as s on s.schema_id = t.schema_id), "
        f"tables as (select table_id, {_below('schema_path', 'folders')} as folder from folders), "
        f"files as ({files}) "
        f"select distinct {_below('tables.folder', 'files')} as file "
        "from files inner join tables on tables.table_id = files.table_id "
        f"where file not in (select file from glob({literal(f'{root}**')})) order by file"
    )
    return tuple(row["file"] for row in rows)


def _below(folder: str, table: str) -> str:
    return f"case when {table}.path_is_relative then {folder} || {table}.path else {table}.path end"


def _catalog(lake: DuckLake) -> str:
    # In Postgres each lake has a schema of its own: see `create_catalog_secrets`.
    schema = lake.warehouse if lake.served else "main"
    return f"{quoted(f'__ducklake_metadata_{lake.warehouse}')}.{quoted(schema)}"

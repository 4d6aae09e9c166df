"""The catalog: what tables and views a warehouse has on Vertica."""

from vault_assets.targets.vertica.names import COMMENTS, LOCK, NEW, OLD, REGISTRY, SWAP, Schemas
from vault_assets.targets.vertica.statements import Name
from vault_assets.targets.vertica.twin import Column, Columns, Known
from vault_assets.targets.vertica.types import engine_type
from vault_assets.targets.vertica.wire import Wire

_COLUMNS = (
    "select table_schema, table_name, column_name, data_type, is_nullable "
    "from v_catalog.columns where {mine} order by table_schema, table_name, ordinal_position"
)
_VIEWS = (
    "select table_schema, table_name, column_name, data_type, true "
    "from v_catalog.view_columns where {mine} order by table_schema, table_name, ordinal_position"
)


def read_catalog(wire: Wire, schemas: Schemas) -> Known:
    """Return the tables, views and comments that the server has."""
    tables = _columns(wire, _COLUMNS, schemas)
    views = _columns(wire, _VIEWS, schemas)
    comments: tuple[tuple[str, str, str, str], ...] = ()
    macros: tuple[str, ...] = ()
    place = (REGISTRY, COMMENTS)
    if place in tables:
        sql = f"select layer, table_name, column_name, meaning from {schemas.sql(place)}"
        rows = wire.run(sql).rows
        comments = tuple(
            (row[0], row[1], row[2], row[3]) for row in rows if row[2] not in {"", NEW, SWAP}
        )
        macros = tuple(row[3] for row in rows if not row[2])
    tables, views = (
        {name: columns for name, columns in found.items() if not _is_own(name)}
        for found in (tables, views)
    )
    return Known(tables, views, comments, macros)


def _is_own(name: Name) -> bool:
    """Whether a table or view is no part of the warehouse: a lock, comments, what is half built."""
    layer, table = name
    helps = layer == REGISTRY and (table.startswith(LOCK) or table == COMMENTS)
    return helps or table.endswith((NEW, OLD, SWAP))


def _columns(wire: Wire, sql: str, schemas: Schemas) -> dict[Name, Columns]:
    found: dict[Name, list[Column]] = {}
    for schema, table, column, kind, nullable in wire.run(sql.format(mine=schemas.mine)).rows:
        name = (schemas.layer(schema), table)
        found.setdefault(name, []).append(Column(column, engine_type(kind), bool(nullable)))
    return {name: tuple(columns) for name, columns in found.items()}

"""How DuckDB writes what the templates leave open: types and literals."""

import datetime as dt

from vault_assets import hashing
from vault_assets.model.names import literal
from vault_assets.model.types import ColumnType

_TYPES = {
    "integer": "bigint",
    "float": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "timestamptz": "timestamptz",
    "text": "varchar",
    "uuid": "uuid",
}


def sql_type(declared: ColumnType) -> str:
    """Return the database's type for a declared type; text has no limit of its own here."""
    if declared.kind == "decimal":
        return f"decimal({declared.precision},{declared.scale})"
    return _TYPES[declared.kind]


def timestamp(value: dt.datetime) -> str:
    """Return a UTC time without zone as a literal, to the microsecond."""
    return f"timestamp {literal(value.isoformat(sep=' ', timespec='microseconds'))}"


UNKNOWN = hashing.sql_literal(hashing.UNKNOWN)
ERROR = hashing.sql_literal(hashing.ERROR)

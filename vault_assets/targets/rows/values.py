"""Values: how a column of an Arrow type becomes a declared type in the engine."""

import pyarrow as pa

from vault_assets.model.types import ColumnType
from vault_assets.sql.dialect import sql_type

_FIRST, _LAST = "0001-01-01", "9999-12-31"
_LAST_TIME = f"{_LAST} 23:59:59.999999"


def text_of(column: str, kind: pa.DataType, *, empty_as_null: bool) -> str:
    """Return SQL of the text of a column's values, NULL for nothing.

    Args:
        column: SQL of the column.
        kind: Its Arrow type.
        empty_as_null: Whether empty text is NULL.
    """
    if not _is_text(kind):
        return f"cast({column} as varchar)"
    return f"case when {column} <> '' then {column} end" if empty_as_null else column


def value_of(
    column: str, kind: pa.DataType, declared: ColumnType, time_zone: str | None
) -> str | None:
    """Return SQL of the values where the column's type is the declared one, NULL for no value.

    None if it is not: then the text of a value decides, by the rules of CSV cells.

    Args:
        column: SQL of the column.
        kind: Its Arrow type.
        declared: The declared type.
        time_zone: Zone of times without one.
    """
    target = sql_type(declared)
    if declared.kind == "integer" and pa.types.is_integer(kind):
        return f"try_cast({column} as {target})"
    if declared.kind == "float" and pa.types.is_floating(kind):
        return f"case when isfinite({column}) then cast({column} as {target}) end"
    if declared.kind == "boolean" and pa.types.is_boolean(kind):
        return column
    if declared.kind == "date" and pa.types.is_date(kind):
        return _between(f"cast({column} as {target})", f"date '{_FIRST}'", f"date '{_LAST}'")
    if declared.kind in ("timestamp", "timestamptz") and pa.types.is_timestamp(kind):
        return _time(column, kind, declared, time_zone)
    return None


def _time(
    column: str, kind: pa.DataType, declared: ColumnType, time_zone: str | None
) -> str | None:
    # Nanoseconds and zones need the care that the text gets.
    if kind.unit == "ns" or (kind.tz is None and (time_zone or declared.kind == "timestamptz")):
        return None
    first, last = f"timestamp '{_FIRST}'", f"timestamp '{_LAST_TIME}'"
    utc = column if kind.tz is None else f"make_timestamp(epoch_us({column}))"
    value = utc if declared.kind == "timestamp" else column
    return f"case when {utc} between {first} and {last} then {value} end"


def _between(value: str, first: str, last: str) -> str:
    return f"case when {value} between {first} and {last} then {value} end"


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )

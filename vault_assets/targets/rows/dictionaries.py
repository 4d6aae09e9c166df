"""Dictionaries: a list of them as an Arrow table, once; the only place that looks at values."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from vault_assets.errors import BatchError
from vault_assets.targets.csv import SourceColumn

_NOT_SCALAR = (bytes, bytearray, memoryview, Mapping, list, tuple, set, frozenset)


def table_of(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, SourceColumn], where: str = ""
) -> pa.Table:
    """Return dictionaries as an Arrow table; a key that a dictionary lacks is NULL in its row.

    Values of one Python type become that type. Where types are mixed, and where Arrow's type
    could change what a value looks like, values become the text that a CSV file would have.

    Args:
        rows: One dictionary per row.
        columns: The declared columns: others are named in the table, but NULL.
        where: What to name in an error.

    Raises:
        BatchError: A value is no scalar, or text that is no Unicode; or rows have no column.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    if rows and not names:
        raise BatchError("the rows have no columns", where=where)
    return pa.table(
        {
            name: _array([row.get(name) for row in rows], name, where)
            if name in columns
            else pa.nulls(len(rows))
            for name in names
        }
    )


def _array(values: Sequence[Any], name: str, where: str) -> pa.Array:
    kinds = {(type(value), getattr(value, "tzinfo", None)) for value in values if value is not None}
    if len(kinds) <= 1 and not any(kind in (Decimal, uuid.UUID) for kind, _ in kinds):
        try:
            return pa.array(values)
        except (pa.ArrowException, OverflowError, UnicodeEncodeError):
            pass  # as text each value is judged by itself
    try:
        return pa.array([_text(value, name, where) for value in values], pa.string())
    except UnicodeEncodeError as error:
        raise BatchError(f"the column {name!r} has text that is no Unicode: {error}") from error


def _text(value: Any, name: str, where: str) -> str | None:
    """Return a value as a CSV file would have it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, _NOT_SCALAR):
        raise BatchError(
            f"the column {name!r} has a value of type {type(value).__name__}",
            where=where,
            fix="Turn it into text first, for example into JSON.",
        )
    return str(value)

"""The canonical text of one value, by its declared type: in Python and as DuckDB expressions."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from vault_assets.model.types import ColumnType, Kind


def canonical(value: Any, declared: ColumnType) -> str | None:
    """Return the canonical text of one value, or None for None.

    Args:
        value: int for `integer`; int or Decimal for `decimal`; float; bool; date; naive datetime
            for `timestamp`; aware datetime for `timestamptz`; UUID; str or int for `text`.
            Subclasses are refused: a bool is no integer, a datetime is no date.
        declared: The type of the vault column; it alone decides the text.

    Raises:
        TypeError: The value's Python type does not belong to the declared type.
        ValueError: A decimal is not finite, or has more digits than the column.
        OverflowError: A `timestamptz` leaves the years 1 to 9999 when converted to UTC.
    """
    if value is None:
        return None
    accepted, text = _TEXTS[declared.kind]
    if type(value) not in accepted:
        names = " or ".join(each.__name__ for each in accepted)
        msg = f"a {declared} column takes {names}, not {type(value).__name__}"
        raise TypeError(msg)
    return text(value, declared)


def sql_canonical(expression: str, declared: ColumnType) -> str:
    """Return a DuckDB expression for the canonical text of `expression`; NULL stays NULL.

    Args:
        expression: SQL of the engine type that the declared type has in the vault: only decimals
            are cast here. It is repeated in the result, so give a column, not a computation.
        declared: The type of the vault column.
    """
    return _SQL_TEXTS[declared.kind](expression, declared)


def _decimal_text(value: int | Decimal, declared: ColumnType) -> str:
    exact = Decimal(value)
    if not exact.is_finite():
        msg = f"a {declared} column takes finite numbers only"
        raise ValueError(msg)
    whole, _, fraction = format(exact.copy_abs(), "f").partition(".")
    fraction = fraction.rstrip("0")
    scale, precision = declared.scale or 0, declared.precision or 0
    if len(fraction) > scale or len(whole.lstrip("0")) > precision - scale:
        msg = f"a number has more digits than its {declared} column"
        raise ValueError(msg)
    digits = f"{whole}.{fraction}" if fraction else whole
    return f"-{digits}" if exact < 0 else digits


def _float_text(value: float, _: ColumnType) -> str:
    names = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity", "-0": "0"}
    text = f"{value:.15g}"
    return names.get(text, text)


def _timestamp_text(value: datetime, declared: ColumnType) -> str:
    if value.tzinfo is not None:
        msg = f"a {declared} column takes a naive datetime, not datetime with a time zone"
        raise TypeError(msg)
    return value.isoformat(sep=" ", timespec="microseconds")


def _timestamptz_text(value: datetime, declared: ColumnType) -> str:
    if value.utcoffset() is None:
        msg = f"a {declared} column takes an aware datetime, not datetime without a time zone"
        raise TypeError(msg)
    return _timestamp_text(value.astimezone(UTC).replace(tzinfo=None), declared)


def _plain(value: Any, _: ColumnType) -> str:
    return str(value)


_TEXTS: dict[Kind, tuple[tuple[type, ...], Callable[[Any, ColumnType], str]]] = {
    "integer": ((int,), _plain),
    "decimal": ((Decimal, int), _decimal_text),
    "float": ((float,), _float_text),
    "boolean": ((bool,), lambda value, _: "true" if value else "false"),
    # isoformat pads the year with zeros, strftime does not.
    "date": ((date,), lambda value, _: value.isoformat()),
    "timestamp": ((datetime,), _timestamp_text),
    "timestamptz": ((datetime,), _timestamptz_text),
    "text": ((str, int), _plain),
    "uuid": ((UUID,), _plain),
}


def _sql_decimal(expression: str, declared: ColumnType) -> str:
    # Costs nothing when it is of that type already; else 100 of an integer would lose its zeros.
    text = f"cast(cast({expression} as {declared}) as varchar)"
    if declared.scale == 0:
        return text
    if declared.scale == declared.precision:
        # DuckDB writes 0.25 of a decimal(2,2) as `.25`.
        text = rf"regexp_replace({text}, '^(-?)[.]', '\10.')"
    return f"regexp_replace({text}, '[.]?0+$', '')"


def _sql_float(expression: str, _: ColumnType) -> str:
    return (
        f"case when isnan({expression}) then 'NaN' "
        f"when isinf({expression}) then if(({expression}) > 0, 'Infinity', '-Infinity') "
        f"when ({expression}) = 0 then '0' else printf('%.15g', {expression}) end"
    )


def _sql_timestamp(expression: str, _: ColumnType) -> str:
    return f"strftime({expression}, '%Y-%m-%d %H:%M:%S.%f')"


def _sql_timestamptz(expression: str, declared: ColumnType) -> str:
    # `at time zone 'UTC'` obeys the session's Calendar: 2024 is the year 6 in the Japanese one.
    return _sql_timestamp(f"make_timestamp(epoch_us({expression}))", declared)


def _sql_plain(expression: str, _: ColumnType) -> str:
    return f"cast({expression} as varchar)"


_SQL_TEXTS: dict[Kind, Callable[[str, ColumnType], str]] = {
    "integer": _sql_plain,
    "decimal": _sql_decimal,
    "float": _sql_float,
    "boolean": _sql_plain,
    "date": _sql_plain,
    "timestamp": _sql_timestamp,
    "timestamptz": _sql_timestamptz,
    "text": lambda expression, _: expression,
    "uuid": _sql_plain,
}

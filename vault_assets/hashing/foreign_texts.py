"""Texts of single values as the engine of a vault that is taken over wrote them."""

import re
from typing import Any

from vault_assets.hashing.canonical import canonical, sql_canonical
from vault_assets.model.hashing import Formats
from vault_assets.model.names import literal
from vault_assets.model.types import ColumnType

_PLACES = {"Y": (0, 4), "m": (5, 7), "d": (8, 10), "H": (11, 13), "M": (14, 16), "S": (17, 19)}
_MIDNIGHT = " 00:00:00.000000"


def foreign_text(value: Any, declared: ColumnType, formats: Formats) -> str | None:
    """Return the text of a value before a profile trims or changes it; None for None.

    Args:
        value: As `canonical` takes it.
        declared: Its type: text, integer, or one that `formats` has a text for.
        formats: As declared.

    Raises:
        ValueError: The type has no declared text, or as `canonical`.
        TypeError: As `canonical`.
    """
    wanted = _format(declared, formats)
    text = canonical(value, declared)
    if text is None:
        return None
    match declared.kind:
        case "boolean":
            return wanted[0] if value else wanted[1]
        case "decimal" if wanted == "fixed":
            whole, _, fraction = text.partition(".")
            scale = declared.scale or 0
            return f"{whole}.{fraction.ljust(scale, '0')}" if scale else whole
        case "date" | "timestamp" | "timestamptz":
            return _dated(text, wanted)
        case "uuid" if wanted == "upper":
            return text.upper()
    return text


def sql_foreign_text(expression: str, declared: ColumnType, formats: Formats) -> str:
    """Return a DuckDB expression for `foreign_text`; NULL stays NULL.

    Raises:
        ValueError: The type has no declared text.
    """
    wanted = _format(declared, formats)
    match declared.kind:
        case "boolean":
            yes, no = literal(wanted[0]), literal(wanted[1])
            return f"case when {expression} then {yes} when not {expression} then {no} end"
        case "decimal" if wanted == "fixed":
            text = f"cast(cast({expression} as {declared}) as varchar)"
            # DuckDB writes 0.25 of a decimal(2,2) as `.25`.
            bare = declared.scale == declared.precision
            return rf"regexp_replace({text}, '^(-?)[.]', '\10.')" if bare else text
        case "date" | "timestamp":
            return f"strftime({expression}, {literal(wanted)})"
        case "timestamptz":
            return f"strftime(make_timestamp(epoch_us({expression})), {literal(wanted)})"
        case "uuid" if wanted == "upper":
            return f"upper({sql_canonical(expression, declared)})"
    return sql_canonical(expression, declared)


def _format(declared: ColumnType, formats: Formats) -> Any:
    if declared.kind in ("text", "integer"):
        return ""
    wanted = getattr(formats, declared.kind, None)
    if wanted is None:
        msg = f"no text is declared for {declared}: this profile hashes text and integers"
        raise ValueError(msg)
    return wanted


def _dated(canonical_text: str, pattern: str) -> str:
    """Fill a pattern; `strftime` itself writes the year 1 without zeros."""
    full = canonical_text if " " in canonical_text else canonical_text + _MIDNIGHT

    def filled(match: re.Match[str]) -> str:
        letter = match[1]
        if letter == "%":
            return "%"
        begin, end = _PLACES.get(letter, (20, 26))
        return full[begin:end]

    return re.sub("%([YmdHMSf%])", filled, pattern)


def upper(text: str) -> str:
    """Return text in upper case, one letter for one letter, as DuckDB's `upper` does."""
    return "".join(map(_upper_letter, text))


def _upper_letter(letter: str) -> str:
    if letter == "ß":
        return "ẞ"
    forms = (letter.upper(), letter.title(), letter)
    return next(form for form in forms if len(form) == 1)

"""How numbers are written."""

from typing import Any

import pandas as pd

_MILLION = 1_000_000
NOTHING = "n/a"


def missing(value: Any) -> bool:
    """Return whether there is no value."""
    return value is None or bool(pd.isna(value))


def count(value: Any) -> str:
    """Write a whole number: 12,345, from a million on 1.23 M."""
    if missing(value):
        return NOTHING
    return f"{value / _MILLION:,.2f} M" if abs(value) >= _MILLION else f"{value:,.0f}"


def decimal(value: Any, places: int = 1) -> str:
    """Write a number with decimals."""
    return NOTHING if missing(value) else f"{value:,.{places}f}"


def money(value: Any) -> str:
    """Write an amount: with cents below 10,000, from a million on 1.23 M."""
    if missing(value):
        return NOTHING
    if abs(value) >= _MILLION:
        return f"{value / _MILLION:,.2f} M"
    cents = 10_000
    return f"{value:,.2f}" if abs(value) < cents else f"{value:,.0f}"


def percent(share: Any, places: int = 1) -> str:
    """Write a share of 1 in percent."""
    return NOTHING if missing(share) else f"{share * 100:,.{places}f} %"


def markdown(text: Any) -> str:
    """Write a text of the data so that Markdown shows it as it is."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]()#+-.!|$~:<>" else sign for sign in str(text))

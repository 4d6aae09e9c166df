"""Columns of tables: their heads, units and formats."""

from typing import Any

import streamlit as st


def text(label: str, hint: str | None = None, width: Any = None) -> Any:
    """A text."""
    return st.column_config.TextColumn(label, help=hint, width=width)


def count(label: str, hint: str | None = None) -> Any:
    """A whole number with separators."""
    return st.column_config.NumberColumn(label, help=hint, format="localized")


def decimal(label: str, hint: str | None = None, places: int = 2) -> Any:
    """A number with decimals."""
    return st.column_config.NumberColumn(label, help=hint, format=f"%.{places}f")


def money(label: str, hint: str | None = None) -> Any:
    """An amount with separators and cents."""
    return st.column_config.NumberColumn(label, help=hint, format="accounting")


def percent(label: str, hint: str | None = None) -> Any:
    """A share of 1, in percent."""
    return st.column_config.NumberColumn(label, help=hint, format="percent")


def bar(label: str, most: Any, hint: str | None = None, form: str = "localized") -> Any:
    """A number with a bar as long as it is large."""
    return st.column_config.ProgressColumn(
        label, help=hint, min_value=0, max_value=max(float(most), 1e-9), format=form
    )


def date(label: str, hint: str | None = None) -> Any:
    """A day."""
    return st.column_config.DateColumn(label, help=hint, format="YYYY-MM-DD")


def time(label: str, hint: str | None = None) -> Any:
    """A time of day on a day, in UTC."""
    return st.column_config.DatetimeColumn(
        label, help=hint, format="YYYY-MM-DD HH:mm", timezone="UTC"
    )


def yes(label: str, hint: str | None = None) -> Any:
    """Yes or no."""
    return st.column_config.CheckboxColumn(label, help=hint)

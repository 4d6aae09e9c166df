"""Filters of pages; each lives in the URL, so that a link shows what its sender saw."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import streamlit as st


def day(value: Any) -> dt.date:
    """Return a cell of a date column as a date."""
    return dt.date.fromisoformat(str(value)[:10])


def days(first: Any, last: Any, *, key: str = "days") -> tuple[dt.date, dt.date]:
    """Choose days, both ends included; all of them by default.

    A range of which only the first day is chosen yet goes to the last day there is.
    """
    first, last = day(first), day(last)
    chosen = st.date_input(
        "Days",
        value=(first, last),
        min_value=first,
        max_value=last,
        key=key,
        bind="query-params",
        format="YYYY-MM-DD",
        help="Both days are included. All days there are, if nothing is chosen.",
    )
    picked = chosen if isinstance(chosen, tuple) else (chosen,)
    ends = [item for item in picked if isinstance(item, dt.date)]
    return (ends[0] if ends else first, ends[1] if len(ends) > 1 else last)


def several(label: str, options: Sequence[str], *, key: str) -> list[str]:
    """Choose any of the options; none means all."""
    return st.multiselect(label, options, key=key, bind="query-params", placeholder="All")


def one(label: str, options: Sequence[str], *, key: str, hint: str | None = None) -> str:
    """Choose one of the options, the first by default."""
    return st.selectbox(label, options, key=key, bind="query-params", help=hint)


def number(
    label: str, least: int, most: int, default: int, *, key: str, hint: str | None = None
) -> int:
    """Choose a whole number."""
    return st.slider(label, least, most, default, key=key, bind="query-params", help=hint)


def search(label: str, *, key: str = "search", hint: str = "Part of it is enough") -> str:
    """Ask for a text; empty finds all."""
    return (st.text_input(label, key=key, bind="query-params", placeholder=hint) or "").strip()


def switch(label: str, *, key: str) -> bool:
    """Choose yes or no, no by default."""
    return st.toggle(label, key=key, bind="query-params")

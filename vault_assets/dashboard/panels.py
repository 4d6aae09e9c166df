"""The parts of a page: its head, cards of numbers, panels with a chart or a table."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from vault_assets.dashboard import charts
from vault_assets.dashboard.lakes import Reader
from vault_assets.dashboard.states import nothing_found

Draw = Callable[[pd.DataFrame], charts.Drawn]
Columns = Mapping[str, Any]


@dataclass(frozen=True)
class Card:
    """A number and what it is.

    Args:
        label: What it is.
        value: The number as it is written.
        hint: How it is counted.
    """

    label: str
    value: str
    hint: str | None = None


def head(title: str, question: str, reader: Reader | None = None) -> None:
    """Show the title of a page, the question it answers, and how new its data is."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.markdown(f"# {title}\n{question}", width="stretch")
        if reader is not None:
            st.badge(
                f"Data of {reader.changed_at:%d %b %Y, %H:%M} UTC",
                icon=":material/schedule:",
                color="blue",
                help=f"Last change of the lake, snapshot {reader.snapshot}.",
            )


def cards(*shown: Card) -> None:
    """Show numbers side by side."""
    for place, card in zip(st.columns(len(shown)), shown, strict=True):
        place.metric(card.label, card.value, help=card.hint, border=True, height="stretch")


def chart(title: str, unit: str, data: pd.DataFrame, draw: Draw) -> None:
    """Show a chart in a panel, with the rows it shows as a download.

    Args:
        title: What it shows.
        unit: Unit, and what the reader must know to understand it.
        data: What is drawn; without rows the panel says so.
        draw: Draws it.
    """
    with st.container(border=True, height="stretch", key=f"panel_{slug(title)}"):
        _panel_head(title, unit, data)
        if data.empty:
            nothing_found()
        else:
            st.altair_chart(draw(data), theme=None, key=f"chart_{slug(title)}")


def table(
    title: str, unit: str, data: pd.DataFrame, columns: Columns, *, height: int | None = None
) -> None:
    """Show rows in a panel, with a download; columns that `columns` does not name are left out."""
    shown = data.filter(items=list(columns))
    with st.container(border=True, height="stretch", key=f"panel_{slug(title)}"):
        _panel_head(title, unit, shown)
        if data.empty:
            nothing_found()
        else:
            st.dataframe(
                shown,
                column_config=dict(columns),
                hide_index=True,
                placeholder="",
                height=height or "auto",
                key=f"table_{slug(title)}",
            )


def side_by_side(*shares: float) -> Sequence[Any]:
    """Return places beside each other; equal ones of two if nothing is given."""
    return st.columns(shares or (1.0, 1.0))


def slug(title: str) -> str:
    """Return a title as part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def _panel_head(title: str, unit: str, data: pd.DataFrame) -> None:
    with st.container(horizontal=True, vertical_alignment="top", wrap=False):
        st.markdown(f"**{title}**  \n:small[:gray[{unit}]]", width="stretch")
        st.download_button(
            "CSV",
            data=lambda: data.to_csv(index=False).encode(),
            file_name=f"{slug(title)}.csv",
            mime="text/csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            disabled=data.empty,
            help="Download what is shown",
            key=f"csv_{slug(title)}",
        )

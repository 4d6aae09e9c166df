"""All warehouses: what is loaded, how new it is, what landed last."""

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd
import streamlit as st

from vault_assets.dashboard import cells, panels
from vault_assets.dashboard.lakes import Reader, reading
from vault_assets.dashboard.numbers import count, markdown
from vault_assets.dashboard.panels import Card
from vault_assets.dashboard.states import explained_errors, is_missing
from vault_assets.errors import LockedCatalogError, TargetError
from vault_assets.model import Warehouse

_WIDE = 3
_BADGES = {
    "loaded": ("Loaded", ":material/check_circle:", "green"),
    "empty": ("Not loaded", ":material/inbox:", "gray"),
    "in use": ("A load is running", ":material/hourglass_top:", "orange"),
    "unreachable": ("Not reachable", ":material/cloud_off:", "red"),
}


def overview(warehouses: Mapping[str, Warehouse], first_pages: Mapping[str, Any]) -> None:
    """Show the state of every warehouse of the project.

    Args:
        warehouses: Their declarations, by name.
        first_pages: The page that a warehouse's card leads to, by name.
    """
    panels.head("Overview", "What is loaded, and how new is it?")
    with explained_errors("overview"):
        states = pd.DataFrame([_state(item) for item in warehouses.values()])
        loaded = states[states.state == "loaded"]
        panels.cards(
            Card("Warehouses loaded", f"{len(loaded)} of {len(states)}"),
            Card("Rows in marts", count(states.rows_in_marts.sum())),
            Card("Files taken in", count(states.batches.sum()), "Every object that landed."),
            Card("Records loaded", count(states.loaded.sum()), "Lines of these files."),
            Card(
                "Records in quarantine",
                count(states.quarantined.sum()),
                "Lines that cannot be loaded, kept with the reason.",
            ),
        )
        for item, place in zip(warehouses.values(), _places(len(states)), strict=True):
            with place:
                _card(item, states[states.warehouse == item.name].iloc[0], first_pages)
        panels.table(
            "Warehouses",
            "Rows of marts; records of files",
            states,
            {
                "warehouse": cells.text("Warehouse"),
                "state": cells.text("State"),
                "marts": cells.count("Marts"),
                "rows_in_marts": cells.count("Rows in marts"),
                "batches": cells.count("Files"),
                "loaded": cells.count("Records loaded"),
                "quarantined": cells.count("In quarantine"),
                "last_load": cells.time("Last load (UTC)"),
                "last_key": cells.text("Last file", width="large"),
            },
        )


def _places(needed: int) -> list[Any]:
    rows = range(0, needed, _WIDE)
    return [place for _ in rows for place in st.columns(_WIDE)][:needed]


def _state(warehouse: Warehouse) -> dict[str, Any]:
    nothing = {"marts": 0, "rows_in_marts": 0, "batches": 0, "loaded": 0, "quarantined": 0}
    known = {"warehouse": warehouse.name, **nothing, "last_load": None, "last_key": None}
    try:
        with reading(warehouse.name) as lake:
            return known | _loaded(lake, warehouse)
    except LockedCatalogError:
        return known | {"state": "in use"}
    except (TargetError, duckdb.Error) as error:
        return known | {"state": "empty" if is_missing(error) else "unreachable"}


def _loaded(lake: Reader, warehouse: Warehouse) -> dict[str, Any]:
    marts = lake.frame("overview/marts")
    batches = lake.row("overview/batches", stage_layer=warehouse.stage_layer)
    return {
        **batches,
        "state": "loaded" if len(marts) else "empty",
        "marts": len(marts),
        "rows_in_marts": sum(marts["rows"].tolist()),
    }


def _card(warehouse: Warehouse, state: Any, first_pages: Mapping[str, Any]) -> None:
    label, icon, color = _BADGES[state.state]
    with st.container(border=True, height="stretch", key=f"panel_{warehouse.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"### {warehouse.name.capitalize()}", width="stretch")
            st.badge(label, icon=icon, color=color)  # pyright: ignore[reportArgumentType]
        st.markdown(markdown(warehouse.description))
        if state.state == "loaded":
            st.caption(
                f"{count(state.rows_in_marts)} rows in {state.marts} marts · "
                f"last load {state.last_load:%d %b %Y, %H:%M} UTC"
            )
        if warehouse.name in first_pages:
            st.page_link(first_pages[warehouse.name], label="Open", icon=":material/arrow_forward:")

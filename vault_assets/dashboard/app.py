"""The dashboard's main script: Streamlit runs it for every visitor and every click."""

from functools import cache, partial
from pathlib import Path
from typing import Any

import streamlit as st

from vault_assets.cli.project import warehouses
from vault_assets.dashboard.screens import (
    audio,
    clickstream,
    commerce,
    engagement,
    overview,
    social,
)
from vault_assets.dashboard.states import explained_errors
from vault_assets.model import Warehouse
from vault_assets.settings import Settings

_HERE = Path(__file__).parent


@cache
def _declared() -> dict[str, Warehouse]:
    return warehouses(Settings())


def _pages() -> dict[str, list[Any]]:
    """Return the pages of each warehouse, the first of them first."""
    return {
        "social": [
            st.Page(social.conversion, title="Group conversion", icon=":material/forum:"),
            st.Page(social.activity, title="Groups and members", icon=":material/groups:"),
        ],
        "audio": [
            st.Page(audio.listening, title="Listening", icon=":material/headphones:"),
            st.Page(audio.web, title="Web and plans", icon=":material/language:"),
        ],
        "engagement": [
            st.Page(engagement.revenue, title="Revenue and posts", icon=":material/payments:"),
            st.Page(engagement.recommendations, title="Recommendations", icon=":material/tag:"),
            st.Page(engagement.report, title="User report", icon=":material/table:"),
        ],
        "clickstream": [
            st.Page(clickstream.visits, title="Shop visits", icon=":material/ads_click:"),
        ],
        "commerce": [
            st.Page(commerce.sales, title="Sales", icon=":material/trending_up:"),
            st.Page(commerce.customers, title="Customers", icon=":material/group:"),
            st.Page(commerce.products, title="Products and stock", icon=":material/inventory_2:"),
            st.Page(commerce.runs, title="Run times", icon=":material/timer:"),
        ],
    }


def main() -> None:
    """Show the page that the URL names."""
    st.set_page_config(
        page_title="Vault Assets",
        page_icon=str(_HERE / "logo.svg"),
        layout="wide",
        initial_sidebar_state="expanded",
        menu_items={"Get help": None, "Report a bug": None, "About": None},
    )
    st.logo(str(_HERE / "wordmark.svg"), icon_image=str(_HERE / "logo.svg"), size="large")
    st.html(_HERE / "style.css")
    with explained_errors("overview"):
        _navigate(_declared())


def _navigate(declared: dict[str, Warehouse]) -> None:
    shown = {name: pages for name, pages in _pages().items() if name in declared}
    first_pages = {name: pages[0] for name, pages in shown.items()}
    home = st.Page(
        partial(overview.overview, declared, first_pages),
        title="Overview",
        icon=":material/dashboard:",
        url_path="overview",
        default=True,
    )
    sections = {name.capitalize(): pages for name, pages in shown.items()}
    st.navigation({"": [home], **sections}, expanded=True).run()


if __name__ == "__main__":
    main()

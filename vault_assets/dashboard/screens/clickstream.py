"""Warehouse `clickstream`: visits of a shop; filters beside five tabs."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from vault_assets.dashboard import cells, charts, filters, panels
from vault_assets.dashboard.charts import Axis
from vault_assets.dashboard.lakes import Reader, reading
from vault_assets.dashboard.numbers import count, decimal, missing
from vault_assets.dashboard.palette import TEAL, VIOLET
from vault_assets.dashboard.panels import Card
from vault_assets.dashboard.states import explaining, not_loaded

_HOUR = charts.hour()
_PRODUCTS = Axis("products", "Products paid")
_SOURCE = Axis("source", "Source", "")
_SHARE = Axis("share", "Share", ".1%")
_USERS = Axis("users", "Users")


@dataclass(frozen=True)
class _Visits:
    """A lake, and what the sidebar chose."""

    lake: Reader
    chosen: dict[str, Any]

    def frame(self, name: str, **more: Any) -> pd.DataFrame:
        return self.lake.frame(f"clickstream/{name}", **self.chosen, **more)


@explaining("clickstream")
def visits() -> None:
    """Show events, products, conversions, campaigns and users."""
    with reading("clickstream") as lake:
        panels.head("Shop visits", "What do visitors do, and which of them buy?", lake)
        whole = lake.row("clickstream/range")
        if missing(whole["first"]):
            not_loaded("clickstream")
            return
        found = _Visits(lake, _sidebar(lake, whole))
        tabs = st.tabs(
            ["Events", "Products", "Conversions", "Campaigns", "Users"],
            key="tab",
            bind="query-params",
        )
        for tab, shown in zip(
            tabs, (_events, _products, _conversions, _campaigns, _users), strict=True
        ):
            with tab:
                shown(found)


def _sidebar(lake: Reader, whole: dict[str, Any]) -> dict[str, Any]:
    offered = lake.row("clickstream/choices")
    with st.sidebar:
        first, last = filters.days(whole["first"], whole["last"])
        chosen = {
            "first": first,
            "last": last,
            "browsers": filters.several("Browser", list(offered["browsers"]), key="browser"),
            "systems": filters.several("OS", list(offered["systems"]), key="os"),
            "devices": filters.several("Device", list(offered["devices"]), key="device"),
        }
        totals = lake.row("clickstream/totals", **chosen)
        st.metric("Events", count(totals["events"]), help="Of all filters.")
        st.metric("Products sold", count(totals["products_sold"]), help="Of the days chosen.")
        st.metric("Distinct products", count(totals["distinct_products"]), help="Of all days.")
    return chosen


def _events(found: _Visits) -> None:
    panels.chart(
        "Events by hour",
        "Events per hour and label, of all filters",
        found.frame("events"),
        lambda data: charts.lines(
            data, _HOUR, Axis("events", "Events"), color=Axis("event", "Event", "")
        ),
    )
    panels.table(
        "Event details",
        "Events per hour, of all filters; the 1,000 newest rows",
        found.frame("event_details"),
        {
            "hour": cells.time("Hour (UTC)"),
            "event": cells.text("Event"),
            "os_name": cells.text("OS"),
            "device_type": cells.text("Device"),
            "browser_name": cells.text("Browser"),
            "events": cells.count("Events"),
        },
        height=420,
    )


def _products(found: _Visits) -> None:
    sold = found.frame("products_hourly")
    products = sold["products"]
    panels.cards(
        Card("Products sold", count(products.sum()), "Of the days chosen."),
        Card("Mean per hour", decimal(products.mean(), 2), "Of hours with a confirmation."),
        Card("Most in an hour", count(products.max())),
    )
    panels.chart(
        "Products sold by hour",
        "Products paid by hour of the confirmation, and their linear trend; days chosen",
        sold,
        lambda data: charts.with_trend(data, _HOUR, _PRODUCTS),
    )
    top = filters.number("Products shown", 5, 20, 10, key="top")
    best = found.frame("top_products", top=top)
    left, right = panels.side_by_side()
    with left:
        panels.chart(
            "Top products",
            "Times put in a cart, of all days",
            best,
            lambda data: charts.ranked(
                data, Axis("product", "Product", ""), Axis("added", "Added"), Axis("paid", "Paid")
            ),
        )
    with right:
        panels.table(
            "Added and paid",
            "Times put in a cart, and paid; of all days",
            best,
            {
                "product": cells.text("Product"),
                "added": cells.count("Added"),
                "paid": cells.count("Paid"),
                "paid_share": cells.percent("Paid of added"),
            },
        )


def _conversions(found: _Visits) -> None:
    sources = found.frame("sources")
    left, right = panels.side_by_side()
    with left:
        panels.chart(
            "Share of sources",
            "Products paid by source, in percent; days chosen",
            sources.filter(items=["source", "products", "share"]),
            lambda data: charts.donut(data, _SOURCE, _PRODUCTS, _SHARE),
        )
    with right:
        panels.chart(
            "Products by source",
            "Products paid; days chosen",
            sources.filter(items=["source", "products", "sessions"]),
            lambda data: charts.ranked(
                data, _SOURCE, _PRODUCTS, Axis("sessions", "Sessions by hour"), color=TEAL
            ),
        )
    panels.chart(
        "Products by source and hour",
        "Products paid by hour of the confirmation; days chosen",
        found.frame("source_hours"),
        lambda data: charts.lines(data, _HOUR, _PRODUCTS, color=_SOURCE),
    )
    panels.table(
        "Which sources convert",
        "Sessions by hour: a session of two hours counts in both; days chosen",
        sources,
        {
            "source": cells.text("Source"),
            "sessions": cells.count("Sessions"),
            "buying_sessions": cells.count("Sessions that bought"),
            "rate": cells.percent("Conversion", "Sessions that bought by sessions"),
            "products": cells.count("Products paid"),
        },
    )


def _campaigns(found: _Visits) -> None:
    names = found.lake.frame("clickstream/campaign_names").campaign.tolist()
    campaigns = filters.several("Campaigns", names, key="campaign")
    panels.chart(
        "Products by campaign and hour",
        "Products paid by hour of the confirmation; days chosen",
        found.frame("campaign_hours", campaigns=campaigns),
        lambda data: charts.lines(data, _HOUR, _PRODUCTS, color=Axis("campaign", "Campaign", "")),
    )
    panels.table(
        "Campaigns",
        "Products paid by campaign and medium; hours with a confirmation; days chosen",
        found.frame("campaigns", campaigns=campaigns),
        {
            "campaign": cells.text("Campaign"),
            "medium": cells.text("Medium"),
            "products": cells.count("Sum"),
            "mean": cells.decimal("Mean per hour"),
            "hours": cells.count("Hours"),
        },
    )


def _users(found: _Visits) -> None:
    sources = found.frame("user_sources")
    left, right = panels.side_by_side()
    with left:
        panels.chart(
            "Users by device and OS",
            "Distinct users per segment, of all days; filters of OS and device",
            found.frame("user_devices"),
            lambda data: charts.bars(
                data, Axis("device", "Device", ""), _USERS, color=Axis("system", "OS", "")
            ),
        )
    with right:
        panels.chart(
            "Users by source",
            "Share of users, of all days; filters of OS and device",
            sources.filter(items=["source", "users", "share"]),
            lambda data: charts.donut(data, _SOURCE, _USERS, _SHARE),
        )
    left, right = panels.side_by_side()
    with left:
        panels.chart(
            "Purchases by source",
            "Products paid, of all days; filters of OS and device",
            sources.sort_values("products", ascending=False).filter(
                items=["source", "products", "users"]
            ),
            lambda data: charts.ranked(data, _SOURCE, _PRODUCTS, _USERS, color=VIOLET),
        )
    with right:
        panels.chart(
            "Way to a purchase",
            "Sessions that saw the page, of all days; filters of OS and device",
            found.frame("funnel"),
            lambda data: charts.ranked(
                data, Axis("page", "Page", ""), Axis("sessions", "Sessions"), color=TEAL
            ),
        )

"""Warehouse `engagement`: what users pay, where they post, how far they rely on recommendations."""

from typing import Any

import streamlit as st

from vault_assets.dashboard import cells, charts, filters, panels
from vault_assets.dashboard.charts import Axis, Time
from vault_assets.dashboard.lakes import Reader, reading
from vault_assets.dashboard.numbers import NOTHING, count, decimal, money, percent
from vault_assets.dashboard.palette import TEAL, VIOLET
from vault_assets.dashboard.panels import Card
from vault_assets.dashboard.states import explaining, not_loaded

_DAY = Time("day", "Day", "%d %b")
_WEEK = Time("week", "Week from", "%d %b", "utcyearweek")
_POSTS = Axis("posts", "Posts")


@explaining("engagement")
def revenue() -> None:
    """Show revenue, posts and networks of the users."""
    with reading("engagement") as lake:
        panels.head("Revenue and posts", "What do users pay, and where do they post?", lake)
        chosen = _window(lake)
        if not chosen:
            not_loaded("engagement")
            return
        totals = lake.row("engagement/totals", **chosen)
        days = lake.frame("engagement/revenue_days", **chosen)
        networks = lake.frame("engagement/networks", **chosen)
        weeks = lake.frame("engagement/post_weeks", **chosen)
        bands = lake.frame("engagement/bands", **chosen)
    unit = (totals["currencies"] or "").upper()
    panels.cards(
        Card(f"Revenue {unit}".strip(), money(totals["revenue"]), "Sum of totals in the window."),
        Card("Paying users", count(totals["paying"]), f"Of {count(totals['users'])} users."),
        Card(
            f"Per paying user {unit}".strip(),
            money(totals["revenue"] / totals["paying"] if totals["paying"] else None),
        ),
        Card("Posts", count(totals["posts"]), "Also inactive and undelivered ones."),
        Card("Users who post", count(totals["posting"])),
        Card(
            "Delay",
            NOTHING if totals["delay"] is None else f"{decimal(totals['delay'], 0)} s",
            "Mean of the posting time against the schedule, of posts with a schedule.",
        ),
    )
    panels.chart(
        "Revenue by day",
        f"Sum of paid invoices by day of the invoice, {unit or 'no currency'}",
        days,
        lambda data: charts.bars(data, _DAY, Axis("revenue", f"Revenue ({unit})", ",.0f")),
    )
    left, right = panels.side_by_side()
    with left:
        panels.chart(
            "Posts by network",
            "Posts of the window",
            networks,
            lambda data: charts.ranked(
                data,
                Axis("network", "Network", ""),
                _POSTS,
                Axis("users", "Users"),
                Axis("share", "Share", ".1%"),
                color=TEAL,
            ),
        )
    with right:
        panels.chart(
            "Paying users by revenue",
            f"Users, by their revenue in the window in {unit}",
            bands,
            lambda data: charts.bars(
                data, Axis("band", f"Revenue ({unit})", ""), Axis("users", "Users")
            ),
        )
    panels.chart(
        "Posts by week",
        "Posts, by network and week of their event date",
        weeks,
        lambda data: charts.bars(data, _WEEK, _POSTS, color=Axis("network", "Network", "")),
    )


@explaining("engagement")
def recommendations() -> None:
    """Show how far users rely on recommended hashtags and posting times."""
    with reading("engagement") as lake:
        question = "How far do users rely on suggested hashtags and posting times?"
        panels.head("Recommendations", question, lake)
        chosen = _window(lake)
        if not chosen:
            not_loaded("engagement")
            return
        totals = lake.row("engagement/totals", **chosen)
        weeks = lake.frame("engagement/recommendation_weeks", **chosen)
        kinds = lake.frame("engagement/reliance", **chosen)
    users, relying = totals["users"], totals["recommended"]
    panels.cards(
        Card("Hashtags taken over", count(totals["hashtags"])),
        Card("Posts at the best time", count(totals["best_times"])),
        Card("Users who rely on any", count(relying), f"Of {count(users)} users."),
        Card("Share of users", percent(relying / users if users else None)),
        Card(
            "Of those who post",
            percent(
                totals["posting_recommended"] / totals["posting"] if totals["posting"] else None
            ),
            "Users with posts in the window who use any recommendation.",
        ),
    )
    panels.chart(
        "Recommendations used by week",
        "Hashtags taken over, and posts scheduled at the best time",
        weeks,
        lambda data: charts.bars(
            data, _WEEK, Axis("uses", "Uses"), color=Axis("kind", "Kind", ""), stack=False
        ),
    )
    left, right = panels.side_by_side()
    with left:
        panels.chart(
            "Users by reliance",
            "Users, by the kinds of recommendation they use",
            kinds,
            lambda data: charts.ranked(
                data, Axis("kinds", "Uses", ""), Axis("users", "Users"), color=VIOLET
            ),
        )
    with right:
        panels.table(
            "What they pay and post",
            "Means per user, by the kinds of recommendation they use",
            kinds,
            {
                "kinds": cells.text("Uses"),
                "users": cells.count("Users"),
                "revenue_per_paying_user": cells.money("Revenue per paying user"),
                "posts_per_posting_user": cells.decimal("Posts per posting user"),
            },
        )


@explaining("engagement")
def report() -> None:
    """Show the flat report, one row per user."""
    with reading("engagement") as lake:
        panels.head("User report", "One row per user that any stream knows.", lake)
        chosen = _window(lake)
        if not chosen:
            not_loaded("engagement")
            return
        with st.sidebar:
            search = filters.search("User", hint="Part of the id")
            top = filters.number("Users shown", 50, 1000, 200, key="top")
        totals = lake.row("engagement/totals", **chosen)
        users = lake.frame("engagement/users", search=search, top=top, **chosen)
    panels.cards(
        Card("Users", count(totals["users"])),
        Card("With payments", count(totals["paying"])),
        Card("With posts", count(totals["posting"])),
        Card("With recommendations", count(totals["recommended"])),
    )
    networks = {
        name: cells.count(
            name.removeprefix("total_").removesuffix("_post").replace("_", " ").title()
        )
        for name in users.columns
        if name.startswith("total_") and name not in {"total_revenue", "total_posts"}
    }
    panels.table(
        "User report",
        "Those with most revenue; an empty cell is no data, not zero",
        users,
        {
            "user_id": cells.text("User", width="medium"),
            "total_revenue": cells.money("Revenue"),
            "currency": cells.text("Currency"),
            "total_posts": cells.count("Posts"),
            "average_schedule_seconds": cells.decimal("Delay (s)", places=1),
            **networks,
            "suggested_hashtags_count": cells.count("Hashtags"),
            "suggested_time_count": cells.count("Best times"),
        },
        height=640,
    )


def _window(lake: Reader) -> dict[str, Any]:
    """Choose a load and a window; nothing if there is no load."""
    loads = lake.frame("engagement/loads").load.tolist()
    if not loads:
        return {}
    with st.sidebar:
        load = filters.one("Date of load", loads, key="load", hint="The newest by default.")
        hint = "Event dates later than the load's date less these days."
        return {
            "load": load,
            "window": filters.number("Days before it", 7, 180, 90, key="window", hint=hint),
        }

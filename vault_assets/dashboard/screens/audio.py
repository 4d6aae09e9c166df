"""Warehouse `audio`: who plays which song when, page views, and changes of plans."""

import streamlit as st

from vault_assets.dashboard import cells, charts, filters, panels
from vault_assets.dashboard.charts import Axis, Time
from vault_assets.dashboard.lakes import reading
from vault_assets.dashboard.numbers import count, markdown, missing, percent
from vault_assets.dashboard.palette import TEAL
from vault_assets.dashboard.panels import Card
from vault_assets.dashboard.states import explaining, not_loaded

_DAY = Time("day", "Day (UTC)", "%d %b")
_USERS = Axis("users", "Distinct users")
_LISTENS = Axis("listens", "Listens")


@explaining("audio")
def listening() -> None:
    """Show plays, users and songs of some days."""
    with reading("audio") as lake:
        panels.head("Listening", "Who plays which song, when and where?", lake)
        whole = lake.row("audio/range")
        if missing(whole["first"]):
            not_loaded("audio")
            return
        with st.sidebar:
            first, last = filters.days(whole["first"], whole["last"])
        span = {"first": first, "last": last}
        totals = lake.row("audio/totals", **span)
        songs = lake.frame("audio/top_songs", **span)
        hours = lake.frame("audio/hours", **span)
        days = lake.frame("audio/days", **span)
        states = lake.frame("audio/states", **span)
        read = lake.files_read("audio/totals", **span)
        kept = lake.files_read("audio/totals", first=whole["first"], last=whole["last"])
    st.caption(
        f":material/bolt: Read {read} of {kept} data files: those of other days are skipped, "
        "since plays are stored by day."
    )
    panels.cards(
        Card("Listens", count(totals["listens"])),
        Card("Unique users", count(totals["users"]), "Each once in all the days chosen."),
        Card("Unique songs", count(totals["songs"]), "Pairs of artist and name, each once."),
        Card("Hours played", count(totals["hours"]), "Sum of the songs' lengths."),
    )
    if len(songs):
        best = songs.iloc[0]
        st.info(
            f"Most popular song: **{markdown(best.song)}** by {markdown(best.artist)}, "
            f"{count(best.users)} users and {count(best.listens)} listens.",
            icon=":material/music_note:",
        )
    panels.chart(
        "Listens and users by hour",
        "Hour of the day in UTC; users are counted once per hour",
        hours,
        lambda data: charts.bars_and_line(data, Axis("hour", "Hour (UTC)", "d"), _LISTENS, _USERS),
    )
    left, right = panels.side_by_side(1.5, 1)
    with left:
        panels.table(
            "Top 10 songs",
            "By distinct users, then listens",
            songs,
            {
                "rank": cells.count("#"),
                "song": cells.text("Song", width="medium"),
                "artist": cells.text("Artist"),
                "users": cells.bar("Users", songs.users.max() if len(songs) else 1),
                "listens": cells.count("Listens"),
                "share": cells.percent("Share", "Users of the song by the sum over the ten"),
            },
        )
    with right:
        panels.chart(
            "Share of the top 10",
            "Users of a song by the sum over the ten, in percent",
            songs,
            lambda data: charts.donut(
                data, Axis("label", "Song", ""), _USERS, Axis("share", "Share", ".1%")
            ),
        )
    left, right = panels.side_by_side()
    with left:
        panels.chart(
            "Listens by day",
            "Listens, and users counted once per day",
            days,
            lambda data: charts.bars_and_line(data, _DAY, _LISTENS, _USERS),
        )
    with right:
        panels.chart(
            "Listens by state",
            "Listens; the twelve states with most",
            states,
            lambda data: charts.ranked(
                data, Axis("state", "State", ""), _LISTENS, _USERS, color=TEAL
            ),
        )


@explaining("audio")
def web() -> None:
    """Show page views, errors and changes of plans."""
    with reading("audio") as lake:
        panels.head("Web and plans", "What do visitors look at, and who pays?", lake)
        whole = lake.row("audio/web_range")
        if missing(whole["first"]):
            not_loaded("audio")
            return
        names = lake.frame("audio/page_names")
        with st.sidebar:
            first, last = filters.days(whole["first"], whole["last"])
            pages = filters.several("Pages", names.page.tolist(), key="pages")
        chosen = {"first": first, "last": last, "pages": pages}
        days = lake.frame("audio/web_days", **chosen)
        found = lake.frame("audio/web_pages", **chosen)
        plans = lake.frame("audio/plans", **chosen)
    views, errors = sum(days["views"].tolist()), sum(days["errors"].tolist())
    paid = plans.paid_users.iloc[-1] if len(plans) else None
    panels.cards(
        Card("Page views", count(views)),
        Card("Anonymous", percent(days.anonymous.sum() / views if views else None), "Of views."),
        Card("Errors", percent(errors / views if views else None, 2), "HTTP status 400 or above."),
        Card("Upgrades", count(plans.upgrades.sum()), "From free to paid."),
        Card("Downgrades", count(plans.downgrades.sum()), "From paid to free."),
        Card("Paid users", count(paid), "At the end of the last day chosen."),
    )
    left, right = panels.side_by_side()
    views_of = days.melt(
        ["day"], ["by_users", "anonymous"], var_name="visitors", value_name="shown"
    ).replace({"visitors": {"by_users": "Logged in", "anonymous": "Anonymous"}})
    with left:
        panels.chart(
            "Page views by day",
            "Views, by visitors who are logged in or not",
            views_of,
            lambda data: charts.bars(
                data, _DAY, Axis("shown", "Views"), color=Axis("visitors", "Visitors", "")
            ),
        )
    with right:
        panels.chart(
            "Error rate by day",
            "Views with HTTP status 400 or above, in percent of views",
            days.filter(items=["day", "views", "errors", "error_rate"]),
            lambda data: charts.lines(
                data, _DAY, Axis("error_rate", "Error rate", ".2%"), area=True
            ),
        )
    changes = plans.melt(
        ["day"], ["upgrades", "downgrades"], var_name="change", value_name="users"
    ).replace({"change": {"upgrades": "Upgrades", "downgrades": "Downgrades"}})
    left, right = panels.side_by_side()
    with left:
        panels.chart(
            "Plan changes by day",
            "Users who changed, without the filter of pages",
            changes,
            lambda data: charts.bars(
                data, _DAY, Axis("users", "Users"), color=Axis("change", "Change", ""), stack=False
            ),
        )
    with right:
        panels.chart(
            "Paid users",
            "Users with the paid plan at the end of the day",
            plans.filter(items=["day", "paid_users"]),
            lambda data: charts.lines(data, _DAY, Axis("paid_users", "Paid users"), area=True),
        )
    panels.table(
        "Pages",
        "Views of the days chosen; a session of two days counts in both",
        found,
        {
            "page": cells.text("Page"),
            "views": cells.bar("Views", found["views"].max() if len(found) else 1),
            "daily_sessions": cells.count("Sessions by day"),
            "anonymous_share": cells.percent("Anonymous"),
            "error_rate": cells.percent("Errors"),
        },
    )

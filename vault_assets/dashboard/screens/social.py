"""Warehouse `social`: which groups turn members into writers, and how active all groups are."""

import streamlit as st

from vault_assets.dashboard import cells, charts, filters, panels
from vault_assets.dashboard.charts import Axis
from vault_assets.dashboard.lakes import reading
from vault_assets.dashboard.numbers import count, decimal, markdown, percent
from vault_assets.dashboard.palette import TEAL
from vault_assets.dashboard.panels import Card
from vault_assets.dashboard.states import explaining, nothing_found

_GROUP = Axis("group_name", "Group", "")
_NAMED = 3


@explaining("social")
def conversion() -> None:
    """Show which of the oldest groups turn most members into writers."""
    with reading("social") as lake:
        panels.head("Group conversion", "Which communities get their members talking?", lake)
        with st.sidebar:
            least = filters.number("Least added members", 0, 200, 0, key="least")
        groups = lake.frame("social/conversion", least=least)
        ages = lake.frame("social/ages")
    if groups.empty:
        nothing_found()
        return
    best = groups.iloc[0]
    panels.cards(
        Card("Best conversion", percent(best.conversion), "Authors by added members."),
        Card("Groups compared", count(len(groups)), "The oldest groups of the network."),
        Card("Added members", count(groups.added.sum()), "A member of two groups counts in both."),
        Card("Writers", count(groups.writers.sum()), "A writer in two groups counts in both."),
    )
    names = ", ".join(f"**{markdown(name)}**" for name in groups.group_name.head(_NAMED))
    st.info(f"Advertise first: {names}.", icon=":material/campaign:")
    left, right = panels.side_by_side()
    rate = Axis("conversion", "Writers by added members", ".1%")
    with left:
        panels.chart(
            "Conversion by group",
            "Writers by added members, in percent",
            groups,
            lambda data: charts.ranked(data, _GROUP, rate, Axis("founded", "Founded", "")),
        )
    both = groups.melt(
        ["group_name"], ["added", "writers"], var_name="kind", value_name="people"
    ).replace({"kind": {"added": "Added members", "writers": "Writers"}})
    with right:
        panels.chart(
            "Added members and writers",
            "People per group",
            both,
            lambda data: charts.grouped(
                data, _GROUP, Axis("people", "People"), Axis("kind", "Kind", "")
            ),
        )
    left, right = panels.side_by_side(1.3, 1)
    with left:
        panels.table(
            "Ranked groups",
            "The oldest groups, the best conversion first",
            groups,
            {
                "rank": cells.count("#"),
                "group_name": cells.text("Group", width="medium"),
                "founded": cells.date("Founded"),
                "added": cells.count("Added", "Distinct members with an add event"),
                "writers": cells.count("Writers", "Distinct authors, members or not"),
                "conversion": cells.percent("Conversion", "Writers by added members"),
            },
        )
    with right:
        panels.chart(
            "Age of writers",
            "People who wrote in these groups, by age in years",
            ages,
            lambda data: charts.bars(data, Axis("ages", "Age", ""), Axis("users", "Writers")),
        )


@explaining("social")
def activity() -> None:
    """Show members and messages of all groups."""
    with reading("social") as lake:
        panels.head("Groups and members", "How lively are the groups?", lake)
        with st.sidebar:
            search = filters.search("Group", hint="Part of its name")
            least = filters.number("Least added members", 0, 200, 0, key="least")
            top = filters.number("Groups shown", 5, 50, 15, key="top")
        totals = lake.row("social/totals", search=search, least=least)
        groups = lake.frame("social/activity", search=search, least=least, top=top)
        months = lake.frame("social/months")
        spread = lake.row("social/messages")
    panels.cards(
        Card("Groups", count(totals["groups"]), "Those that the filters find."),
        Card("Members now", count(totals["current_members"]), "A member of two groups is two."),
        Card("Messages", count(totals["messages"]), "In groups, private ones excluded."),
        Card(
            "Never wrote",
            percent(totals["never_wrote"] / totals["added"] if totals["added"] else None),
            "Added members without a message in the group.",
        ),
        Card(
            "Messages of an author",
            decimal(spread["median"], 0),
            f"The median of {count(spread['authors'])} authors, private messages included; "
            f"half of them wrote {decimal(spread['q25'], 0)} to {decimal(spread['q75'], 0)}.",
        ),
    )
    left, right = panels.side_by_side()
    with left:
        panels.chart(
            "Most active groups",
            "Messages in the group",
            groups,
            lambda data: charts.ranked(
                data, _GROUP, Axis("messages", "Messages"), Axis("writers", "Writers"), color=TEAL
            ),
        )
    with right:
        panels.chart(
            "Groups founded",
            "Groups per month, without filters",
            months,
            lambda data: charts.bars(data, charts.month(), Axis("groups", "Groups")),
        )
        _messages_panel(spread)
    panels.table(
        "Groups",
        f"The {top} groups with most messages among those found",
        groups,
        {
            "group_name": cells.text("Group", width="large"),
            "messages": cells.bar("Messages", groups.messages.max() if len(groups) else 1),
            "writers": cells.count("Writers"),
            "messages_per_writer": cells.decimal("Messages per writer", places=1),
            "added": cells.count("Added members"),
            "current_members": cells.count("Members now"),
            "never_wrote": cells.count("Never wrote", "Added members without a message"),
        },
    )


def _messages_panel(spread: dict[str, float]) -> None:
    with st.container(border=True, key="panel_spread"):
        st.markdown(
            "**Messages of an author**  \n:small[:gray[Messages per author, private ones included]]"
        )
        names = {
            "fewest": "Fewest",
            "q25": "Quarter",
            "median": "Median",
            "q75": "3 quarters",
            "most": "Most",
        }
        for place, (name, label) in zip(st.columns(5), names.items(), strict=True):
            place.metric(label, decimal(spread[name], 0))

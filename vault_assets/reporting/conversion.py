"""The answer of warehouse `social`: which groups marketing should advertise."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

MOST_ADVERTISED = 3
"""At most so many groups are named for advertising."""


@dataclass(frozen=True)
class Report:
    """A finished report.

    Args:
        png: The figure, as the bytes of a PNG file.
        markdown: The text, with the ranked table.
    """

    png: bytes
    markdown: str


@dataclass(frozen=True)
class Answer:
    """What the figure and the text both say.

    Args:
        groups: Rows of the mart in order of rank.
        advertised: Ids of the groups to advertise, best first.
        overall: Writers per added user in all groups with added users together; None without any.
        loaded: Rows that were loaded, of all sources.
        quarantined: Rows that were not, of all sources.
    """

    groups: pl.DataFrame
    advertised: tuple[int, ...]
    overall: float | None
    loaded: int
    quarantined: int


def report(
    conversion: pl.DataFrame, loaded: Mapping[str, int], quarantined: Mapping[str, int]
) -> Report:
    """Return the report on the mart `group_conversion`.

    Args:
        conversion: The mart: group_id, group_name, registration_dt, cnt_added_users,
            cnt_users_in_group_with_messages, group_conversion, rank; any order, may be empty.
        loaded: Rows loaded from each source table, for example `{"users": 100000}`.
        quarantined: Rows of each source table that were quarantined, so are no part of the answer.
            If both are empty the report does not speak of rows.
    """
    # Matplotlib takes longer to import than the rest of the process; only the figure needs it.
    from vault_assets.reporting.conversion_figure import draw  # noqa: PLC0415 - heavy import

    answer = answered(conversion, loaded, quarantined)
    return Report(png=draw(answer), markdown=_markdown(answer, loaded, quarantined))


def answered(
    conversion: pl.DataFrame, loaded: Mapping[str, int], quarantined: Mapping[str, int]
) -> Answer:
    """Return the groups in order of rank and those to advertise; parameters as in `report`.

    Advertised are the best `MOST_ADVERTISED` of the groups that convert at least as well as all
    groups together, if anybody wrote at all.
    """
    groups = conversion.sort("rank")
    compared = groups.filter(pl.col("group_conversion").is_not_null())
    added = int(compared["cnt_added_users"].sum())
    writers = int(compared["cnt_users_in_group_with_messages"].sum())
    # Whole numbers, because a rounded quotient could drop a group that equals the average.
    good = pl.col("cnt_users_in_group_with_messages") * added >= writers * pl.col("cnt_added_users")
    winners = compared.filter(good).head(MOST_ADVERTISED) if writers else compared.clear()
    return Answer(
        groups=groups,
        advertised=tuple(winners["group_id"]),
        overall=writers / added if added else None,
        loaded=sum(loaded.values()),
        quarantined=sum(quarantined.values()),
    )


def percent(share: float | None) -> str:
    """Return `0.6667` as `66.7%`, and None as `n/a`."""
    return "n/a" if share is None else f"{share:.1%}"


def name_of(group: Mapping[str, object]) -> str:
    """Return a group's name on one line, or its id if it has none."""
    return " ".join(str(group["group_name"] or "").split()) or f"group {group['group_id']}"


def recommendation(answer: Answer) -> str:
    """Return the sentence that names the groups to advertise, as Markdown."""
    if answer.groups.is_empty():
        return "No group is registered yet, so there is nothing to advertise."
    if answer.overall is None:
        return "No group has added users yet, so there is nothing to advertise."
    if not answer.advertised:
        return "Nobody wrote in any of these groups yet, so there is nothing to advertise."
    winners = answer.groups.filter(pl.col("group_id").is_in(answer.advertised))
    names = [
        f"**{_escaped(name_of(row))}** ({percent(row['group_conversion'])})"
        for row in winners.iter_rows(named=True)
    ]
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return f"Advertise {listed}; all compared groups together convert {percent(answer.overall)}."


def _markdown(answer: Answer, loaded: Mapping[str, int], quarantined: Mapping[str, int]) -> str:
    parts = [
        "# Which groups get their members to write?",
        recommendation(answer),
        _ranking(answer),
        _remarks(answer),
    ]
    if loaded or quarantined:
        parts += ["## Rows behind the answer", _rows(answer), _sources(loaded, quarantined)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _ranking(answer: Answer) -> str:
    if answer.groups.is_empty():
        return ""
    lines = [
        "| rank | group | id | registered | added users | writers | conversion |",
        "|---:|---|---:|---|---:|---:|---:|",
    ]
    for row in answer.groups.iter_rows(named=True):
        mark = "**" if row["group_id"] in answer.advertised else ""
        lines.append(
            f"| {row['rank']} | {mark}{_escaped(name_of(row))}{mark} | {row['group_id']} "
            f"| {row['registration_dt']:%Y-%m-%d} | {row['cnt_added_users']:,} "
            f"| {row['cnt_users_in_group_with_messages']:,} | {percent(row['group_conversion'])} |"
        )
    return "\n".join(lines)


def _remarks(answer: Answer) -> str:
    remarks = (
        "Conversion = users who wrote in the group / users who were added to it. "
        f"Compared are the oldest groups, {answer.groups.height:,} in number."
    )
    if answer.groups.filter(pl.col("group_conversion") > 1).height:
        remarks += " Above 100%: more people wrote there than were ever added."
    return remarks


def _rows(answer: Answer) -> str:
    if not answer.quarantined:
        return f"{answer.loaded:,} rows were loaded; none is quarantined."
    total = answer.loaded + answer.quarantined
    return (
        f"**{answer.quarantined:,} of {total:,} rows are quarantined** and no part of the answer; "
        "each is kept with its line and reason."
    )


def _sources(loaded: Mapping[str, int], quarantined: Mapping[str, int]) -> str:
    lines = ["| source | loaded | quarantined |", "|---|---:|---:|"]
    lines += [
        f"| {_escaped(source)} | {loaded.get(source, 0):,} | {quarantined.get(source, 0):,} |"
        for source in dict.fromkeys([*loaded, *quarantined])
    ]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Names are data: nothing in them may act as Markdown or HTML."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>|#~$" else char for char in text)

"""The figure of the conversion report."""

import io
import warnings
from collections.abc import Sequence
from typing import cast

import polars as pl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, PercentFormatter, StrMethodFormatter

from vault_assets.reporting.conversion import Answer, name_of, percent

MOST_BARS = 25
"""Groups beyond this rank are in the table only."""

_INK = "#1f2933"
_MUTED = "#66727f"
_PALE = "#cdd6de"
_GREY = "#6f7f8d"
_ACCENT = "#0b6e99"
_TOP, _BOTTOM, _BAR, _NAMES = 1.25, 0.95, 0.44, 3.45  # inches
_MARGIN = 0.02  # of the figure's width
_FEWEST_BARS = 3  # room for so many, lest a single bar fills the figure
_NAME = "name"


def draw(answer: Answer) -> bytes:
    """Return the figure as PNG: conversion by rank, and beside it added users against writers.

    Nothing global is touched: no pyplot, no settings.
    """
    groups = answer.groups.head(MOST_BARS)
    height = _TOP + _BOTTOM + _BAR * max(groups.height, _FEWEST_BARS)
    figure = Figure(figsize=(12, height), dpi=150, facecolor="white")
    _write_around(figure, answer, groups.height)
    if groups.is_empty():
        figure.text(0.5, 0.45, "No group is registered yet", ha="center", size=13, color=_MUTED)
    else:
        _draw_panels(figure, groups, answer)
    return _rendered(figure)


def _draw_panels(figure: Figure, groups: pl.DataFrame, answer: Answer) -> None:
    width, height = figure.get_size_inches()
    left, top, bottom = _MARGIN + (_NAMES + 0.1) / width, 1 - _TOP / height, _BOTTOM / height
    grid = figure.add_gridspec(
        1, 2, left=left, right=1 - _MARGIN, top=top, bottom=bottom, wspace=0.06
    )
    conversion = figure.add_subplot(grid[0])
    _draw_conversion(conversion, groups, answer)
    _draw_users(figure.add_subplot(grid[1], sharey=conversion), groups, answer)


def _write_around(figure: Figure, answer: Answer, shown: int) -> None:
    height = figure.get_figheight()
    title, under, foot = 1 - 0.42 / height, 1 - 0.72 / height, 0.2 / height
    text = "Which groups get their members to write?"
    figure.text(_MARGIN, title, text, size=18, weight="bold", color=_INK)
    text = f"{_compared(answer, shown)} by conversion: users who wrote / users who were added"
    figure.text(_MARGIN, under, text, size=11, color=_MUTED)
    if answer.loaded or answer.quarantined:
        text = f"{answer.loaded:,} loaded, {answer.quarantined:,} quarantined and not counted."
        figure.text(_MARGIN, foot, f"Rows behind the answer: {text}", size=9.5, color=_MUTED)


def _compared(answer: Answer, shown: int) -> str:
    total = answer.groups.height
    if shown < total:
        return f"The best {shown} of the {total:,} oldest groups"
    return f"The {total} oldest groups" if total > 1 else "The oldest groups"


def _draw_conversion(axes: Axes, groups: pl.DataFrame, answer: Answer) -> None:
    rows = groups.to_dicts()
    shares = [row["group_conversion"] for row in rows]
    limit = max([0.1, *(share for share in shares if share is not None)]) * 1.16
    colors = _colors(groups, answer)
    axes.barh(range(len(rows)), [share or 0 for share in shares], height=0.68, color=colors)
    for place, share in enumerate(shares):
        if share is None:
            _label(axes, 0, place, "nobody was added", color=_MUTED)
        elif share > 0.2 * limit:
            axes.text(
                share,
                place,
                f"{percent(share)} ",
                va="center",
                ha="right",
                size=10.5,
                weight="bold",
                color="white",
            )
        else:
            _label(axes, share, place, percent(share))
    _draw_names(axes, [name_of(row) for row in rows])
    axes.set_ylim(max(len(rows), _FEWEST_BARS) - 0.5, -0.5)
    axes.set_xlim(0, limit)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    _finish(axes, "conversion, % of added users")
    _legend(axes, _conversion_legend(axes, answer))


def _draw_names(axes: Axes, names: list[str]) -> None:
    # Not tick labels: those take their text back from the axis when they are drawn.
    beside = axes.get_yaxis_transform()
    for place, name in enumerate(names):
        axes.text(
            -0.015,
            place,
            name,
            ha="right",
            va="center",
            size=10.5,
            color=_INK,
            transform=beside,
            gid=_NAME,
        )
    axes.set_yticks([])


def _conversion_legend(axes: Axes, answer: Answer) -> list[Artist]:
    handles: list[Artist] = []
    if answer.advertised:
        handles += [Patch(color=_ACCENT, label="advertise"), Patch(color=_GREY, label="other")]
    if answer.overall is not None:
        label = f"all together: {percent(answer.overall)}"
        # Behind the bars, so that it cuts through no label.
        style = {"color": _INK, "linewidth": 1.2, "linestyle": (0, (3, 2)), "label": label}
        handles.append(axes.axvline(answer.overall, zorder=0.9, **style))
    return handles


def _colors(groups: pl.DataFrame, answer: Answer) -> list[str]:
    return [_ACCENT if group in answer.advertised else _GREY for group in groups["group_id"]]


def _label(axes: Axes, at: float, place: int, text: str, color: str = _INK) -> None:
    halo = [withStroke(linewidth=3, foreground="white")]
    axes.text(at, place, f" {text}", va="center", size=10.5, color=color, path_effects=halo)


def _draw_users(axes: Axes, groups: pl.DataFrame, answer: Answer) -> None:
    added = groups["cnt_added_users"].to_list()
    writers = groups["cnt_users_in_group_with_messages"].to_list()
    axes.barh(range(len(added)), added, height=0.68, color=_PALE)
    axes.barh(range(len(added)), writers, height=0.34, color=_colors(groups, answer))
    for place, (wrote, all_added) in enumerate(zip(writers, added, strict=True)):
        _label(axes, max(all_added, wrote), place, f"{wrote:,} of {all_added:,}")
    axes.set_xlim(0, max([1, *added, *writers]) * 1.38)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    _finish(axes, "users")
    _legend(axes, [Patch(color=_PALE, label="added"), Patch(color=_GREY, label="wrote")])


def _finish(axes: Axes, label: str) -> None:
    axes.set_xlabel(label, size=10, color=_MUTED)
    axes.tick_params(axis="both", length=0, labelcolor=_INK)
    axes.tick_params(axis="x", labelsize=9.5, labelcolor=_MUTED)
    axes.grid(axis="x", color="#e4e9ee", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)


def _legend(axes: Axes, handles: Sequence[Artist]) -> None:
    axes.legend(
        handles=handles,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=len(handles),
        frameon=False,
        fontsize=10,
        labelcolor=_INK,
        handlelength=1,
        columnspacing=1.2,
        borderaxespad=0.2,
    )


def _rendered(figure: Figure) -> bytes:
    canvas = FigureCanvasAgg(figure)
    texts = cast("list[Text]", figure.findobj(Text))
    for text in texts:
        text.set_fontfamily("DejaVu Sans")
        # A dollar sign in a name is no formula.
        text.set_parse_math(False)
    with warnings.catch_warnings():
        # Names may hold signs that no font has; a box is drawn for them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        for text in texts:
            if text.get_gid() == _NAME:
                _shorten(text, canvas.get_renderer(), _NAMES * figure.dpi)
        buffer = io.BytesIO()
        canvas.print_png(buffer)
    return buffer.getvalue()


def _shorten(text: Text, renderer: RendererAgg, width: float) -> None:
    """Cut a text's end until it is at most `width` pixels wide."""
    kept = text.get_text()
    while kept and text.get_window_extent(renderer).width > width:
        kept = kept[:-1].rstrip()
        text.set_text(f"{kept}…")

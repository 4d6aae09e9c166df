"""What figures share: colours, boxes of tables, and pictures as bytes."""

import io
import warnings
from collections.abc import Sequence
from typing import cast

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text

INK = "#1f2933"
MUTED = "#66727f"
LAYER_COLORS = ("#6f7f8d", "#0b6e99", "#3c8d5a", "#b7791f", "#9c4670", "#5b5ea6", "#8a5a44")
"""Colours of layers in order, dark enough for white text."""
TINTS = ("#eef1f4", "#e3f1f7", "#e6f3ea", "#fbf1de", "#f7e6ee", "#eaeaf6", "#f3ebe6")
"""The same, light enough to write on."""


def sheet(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty figure of that size in inches, whose axes count inches from the top left."""
    figure = Figure(figsize=(width, height), dpi=150, facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    return figure, axes


def box(
    axes: Axes,
    place: tuple[float, float],
    size: tuple[float, float],
    *,
    face: str,
    edge: str,
    dashed: bool = False,
) -> None:
    """Draw a box with round corners; its place is the top left corner, in inches."""
    axes.add_patch(
        FancyBboxPatch(
            place,
            *size,
            boxstyle="round,pad=0,rounding_size=0.07",
            facecolor=face,
            edgecolor=edge,
            linewidth=1.1,
            linestyle=(0, (3, 2)) if dashed else "solid",
            zorder=3,
        )
    )


def write(
    axes: Axes,
    place: tuple[float, float],
    text: str,
    *,
    size: float = 9,
    color: str = INK,
    weight: str = "normal",
    align: str = "left",
    width: float | None = None,
) -> None:
    """Write a line, in the middle of its height; it is made smaller until it has that width."""
    made = axes.text(
        *place,
        text,
        size=size,
        color=color,
        weight=weight,
        ha=align,
        va="center_baseline",
        zorder=4,
    )
    if width is not None:
        _fit(made, size, width)


def _fit(text: Text, size: float, width: float) -> None:
    figure = cast("Figure", text.figure)
    canvas = FigureCanvasAgg(figure)
    text.set_fontfamily("DejaVu Sans")
    taken = text.get_window_extent(canvas.get_renderer()).width / figure.dpi
    if taken > width:
        text.set_fontsize(size * width / taken)


def rendered(figure: Figure) -> bytes:
    """Return a figure as PNG; nothing global is touched."""
    canvas = FigureCanvasAgg(figure)
    for text in cast("Sequence[Text]", figure.findobj(Text)):
        text.set_fontfamily("DejaVu Sans")
        text.set_parse_math(False)  # a dollar sign in a name is no formula
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        buffer = io.BytesIO()
        canvas.print_png(buffer)
    return buffer.getvalue()

"""The picture of a warehouse's lineage: a column of boxes per layer and depth, joined by curves."""

from collections.abc import Collection

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from vault_assets.reporting.drawing import (
    INK,
    LAYER_COLORS,
    MUTED,
    TINTS,
    box,
    rendered,
    sheet,
    write,
)
from vault_assets.reporting.lineage import Lineage, Table

_BOX = (1.75, 0.34)
_ROW, _GAP, _LAYER_GAP = 0.52, 0.75, 0.55
_LEFT, _TOP, _FOOT = 0.45, 1.55, 0.75
Places = dict[Table, tuple[float, float]]


def draw(name: str, lineage: Lineage, views: Collection[Table] = ()) -> bytes:
    """Return the lineage as PNG.

    Args:
        name: The warehouse.
        lineage: Its tables.
        views: Those of them that store no rows: their boxes are dashed.
    """
    columns = lineage.columns()
    rows = max(len(column) for column in columns)
    places = _places(columns, rows)
    width = max(x for x, _ in places.values()) + _BOX[0] + _LEFT
    figure, axes = sheet(max(width, 6), _TOP + rows * _ROW + _FOOT)
    write(axes, (_LEFT, 0.45), f"Lineage of {name}", size=18, weight="bold")
    _draw_layers(axes, lineage, places, rows)
    for table, parents in lineage.direct().items():
        for parent in parents:
            _draw_curve(axes, places[parent], places[table], _color(lineage, parent))
    for table, place in places.items():
        color = _color(lineage, table)
        box(axes, place, _BOX, face="white", edge=color, dashed=table in views)
        middle = (place[0] + _BOX[0] / 2, place[1] + _BOX[1] / 2)
        write(axes, middle, table[1], size=9, color=INK, align="center", width=_BOX[0] - 0.16)
    foot = (
        "A curve leads from a table to those that are made from it; what other curves imply is "
        "left out."
    )
    if views:
        foot += " Dashed: views."
    write(axes, (_LEFT, _TOP + rows * _ROW + 0.4), foot, size=9, color=MUTED)
    return rendered(figure)


def _color(lineage: Lineage, table: Table) -> str:
    return LAYER_COLORS[lineage.layers.index(table[0]) % len(LAYER_COLORS)]


def _places(columns: list[list[Table]], rows: int) -> Places:
    """Return the top left corner of every box; columns are spread over the whole height."""
    places: Places = {}
    x, before = _LEFT, columns[0][0][0]
    for column in columns:
        x += _LAYER_GAP if column[0][0] != before else 0
        before = column[0][0]
        step = rows * _ROW / len(column)
        for position, table in enumerate(column):
            places[table] = (x, _TOP + (position + 0.5) * step - _BOX[1] / 2)
        x += _BOX[0] + _GAP
    return places


def _draw_layers(axes: Axes, lineage: Lineage, places: Places, rows: int) -> None:
    """Draw a band behind each layer, and its name above."""
    for number, layer in enumerate(lineage.layers):
        xs = [x for (own, _), (x, _) in places.items() if own == layer]
        if not xs:
            continue
        pad = 0.3
        left, right = min(xs) - pad, max(xs) + _BOX[0] + pad
        tint = TINTS[number % len(TINTS)]
        axes.axvspan(
            left,
            right,
            ymin=1 - (_TOP + rows * _ROW + 0.1) / axes.get_ylim()[0],
            ymax=1 - 0.85 / axes.get_ylim()[0],
            color=tint,
            zorder=0,
        )
        color = LAYER_COLORS[number % len(LAYER_COLORS)]
        write(axes, (left + 0.15, 1.12), layer, size=12, weight="bold", color=color)


def _draw_curve(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str
) -> None:
    x, y = start[0] + _BOX[0], start[1] + _BOX[1] / 2
    to_x, to_y = end[0], end[1] + _BOX[1] / 2
    bend = max(0.35, min(1.2, (to_x - x) / 2))
    path = Path(
        [(x, y), (x + bend, y), (to_x - bend, to_y), (to_x, to_y)],
        [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
    )
    axes.add_patch(
        PathPatch(path, facecolor="none", edgecolor=color, linewidth=1.2, alpha=0.55, zorder=2)
    )

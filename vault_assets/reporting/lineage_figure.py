"""The picture of a warehouse's lineage: a column of boxes per layer and depth, joined by curves."""

from collections.abc import Collection

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
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
from vault_assets.reporting.lineage import Lineage, Picture, Stop, Table

_BOX = (1.8, 0.36)
_ROW, _GAP, _LAYER_GAP = 0.62, 0.62, 0.42
_LEFT, _TOP, _FOOT = 0.45, 1.45, 0.75
Places = dict[Stop, tuple[float, float]]
"""Middle of the left edge of each stop, in inches."""


def draw(name: str, lineage: Lineage, views: Collection[Table] = ()) -> bytes:
    """Return the lineage as PNG.

    Args:
        name: The warehouse.
        lineage: Its tables.
        views: Those of them that store no rows: their boxes are dashed.
    """
    picture = lineage.picture()
    height = picture.rows * _ROW
    places = _places(picture, height)
    width = max(x for x, _ in places.values()) + _BOX[0] + _LEFT
    figure, axes = sheet(max(width, 6), _TOP + height + _FOOT)
    write(axes, (_LEFT, 0.45), f"Lineage of {name}", size=18, weight="bold")
    _draw_layers(axes, lineage, picture, places, height)
    for one, other in picture.steps:
        _draw_step(axes, picture, places, (one, other), _color(lineage, one[0]))
    for table, column in picture.own.items():
        x, y = places[table, column]
        place = (x, y - _BOX[1] / 2)
        box(axes, place, _BOX, face="white", edge=_color(lineage, table), dashed=table in views)
        middle = (x + _BOX[0] / 2, y)
        write(axes, middle, table[1], size=9, color=INK, align="center", width=_BOX[0] - 0.16)
    foot = (
        "A curve leads from a table to those that are made from it; what other curves imply is "
        "left out."
    )
    if views:
        foot += " Dashed: views."
    write(axes, (_LEFT, _TOP + height + 0.42), foot, size=9, color=MUTED)
    return rendered(figure)


def _color(lineage: Lineage, table: Table) -> str:
    return LAYER_COLORS[lineage.layers.index(table[0]) % len(LAYER_COLORS)]


def _places(picture: Picture, height: float) -> Places:
    places: Places = {}
    layers = {column: table[0] for table, column in picture.own.items()}
    heights = picture.heights()
    x = _LEFT
    for number, column in enumerate(picture.columns):
        x += _LAYER_GAP if number and layers[number] != layers[number - 1] else 0
        places |= {stop: (x, _TOP + heights[stop] * height) for stop in column}
        x += _BOX[0] + _GAP
    return places


def _draw_layers(
    axes: Axes, lineage: Lineage, picture: Picture, places: Places, height: float
) -> None:
    """Draw a band behind each layer, and its name above."""
    for number, layer in enumerate(lineage.layers):
        xs = [places[stop][0] for stop in picture.own.items() if stop[0][0] == layer]
        if not xs:
            continue
        left, right = min(xs) - 0.28, max(xs) + _BOX[0] + 0.28
        tint = TINTS[number % len(TINTS)]
        band = Rectangle((left, 0.82), right - left, _TOP + height - 0.7, color=tint, zorder=0)
        axes.add_patch(band)
        color = LAYER_COLORS[number % len(LAYER_COLORS)]
        write(axes, (left + 0.15, 1.08), layer, size=12, weight="bold", color=color)


def _draw_step(
    axes: Axes, picture: Picture, places: Places, step: tuple[Stop, Stop], color: str
) -> None:
    """Draw a curve to the next column, and on through it if it only passes there."""
    one, other = step
    (x, y), (to_x, to_y) = places[one], places[other]
    x += _BOX[0]
    bend = (to_x - x) / 2
    points = [(x, y), (x + bend, y), (to_x - bend, to_y), (to_x, to_y)]
    codes = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    if picture.own[other[0]] != other[1]:
        points.append((to_x + _BOX[0], to_y))
        codes.append(Path.LINETO)
    path = Path(points, codes)
    axes.add_patch(
        PathPatch(path, facecolor="none", edgecolor=color, linewidth=1.3, alpha=0.6, zorder=2)
    )

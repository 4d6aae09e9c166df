"""The picture of a star schema: facts in the middle, dimensions at both sides."""

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from vault_assets.reporting.drawing import INK, MUTED, box, rendered, sheet, write
from vault_assets.reporting.stars import Star

_WIDTH, _HEAD, _LINE, _PAD = 2.7, 0.42, 0.235, 0.12
_GAP_X, _GAP_Y, _LEFT, _TOP, _FOOT = 1.9, 0.55, 0.45, 1.15, 0.7
_FACT, _DIMENSION, _TINT_FACT, _TINT_DIMENSION = "#0b6e99", "#b7791f", "#e3f1f7", "#fbf1de"
Places = dict[str, tuple[float, float]]


def draw(name: str, star: Star) -> bytes:
    """Return the star of the warehouse `name` as PNG."""
    columns = _columns(star)
    height = max(sum(_height(star, t) + _GAP_Y for t in column) for column in columns) - _GAP_Y
    width = 2 * _LEFT + len(columns) * _WIDTH + (len(columns) - 1) * _GAP_X
    figure, axes = sheet(width, _TOP + height + _FOOT)
    write(axes, (_LEFT, 0.45), f"Star schema of {name}", size=18, weight="bold")
    places = _places(star, columns, height)
    for table, place in places.items():
        _draw_table(axes, star, table, place)
    for table, column, target in star.references:
        _draw_reference(axes, star, places, (table, column, target))
    foot = (
        "Blue: facts. Ochre: dimensions. Bold: keys. A line leads from a column to the key that it "
        "holds."
    )
    write(axes, (_LEFT, _TOP + height + 0.4), foot, size=9, color=MUTED)
    return rendered(figure)


def _columns(star: Star) -> list[list[str]]:
    """Return the tables by column: dimensions left and right of the facts, by turns."""
    tall = sorted(star.dimensions, key=lambda table: -_height(star, table))
    sides: tuple[list[str], list[str]] = ([], [])
    for table in tall:
        shorter = min(sides, key=lambda side: sum(_height(star, one) for one in side))
        shorter.append(table)
    return [column for column in (sides[0], list(star.facts), sides[1]) if column]


def _height(star: Star, table: str) -> float:
    return _HEAD + _LINE * len(star.tables[table]) + 2 * _PAD


def _places(star: Star, columns: list[list[str]], height: float) -> Places:
    places: Places = {}
    for number, column in enumerate(columns):
        taken = sum(_height(star, table) for table in column)
        gap = _GAP_Y if len(column) > 1 else 0
        y = _TOP + (height - taken - gap * (len(column) - 1)) / 2
        for table in column:
            places[table] = (_LEFT + number * (_WIDTH + _GAP_X), y)
            y += _height(star, table) + gap
    return places


def _draw_table(axes: Axes, star: Star, table: str, place: tuple[float, float]) -> None:
    x, y = place
    is_fact = table in star.facts
    color, tint = (_FACT, _TINT_FACT) if is_fact else (_DIMENSION, _TINT_DIMENSION)
    box(axes, place, (_WIDTH, _height(star, table)), face=tint, edge=color)
    box(axes, place, (_WIDTH, _HEAD), face=color, edge=color)
    middle = (x + _WIDTH / 2, y + _HEAD / 2)
    write(
        axes,
        middle,
        table,
        size=11,
        weight="bold",
        color="white",
        align="center",
        width=_WIDTH - 0.2,
    )
    foreign = {column for one, column, _ in star.references if one == table}
    for column in star.tables[table]:
        weight = "bold" if column in star.keys[table] else "normal"
        ink = _DIMENSION if column in foreign else INK
        write(
            axes,
            (x + 0.16, _line(star, table, y, column)),
            column,
            size=9,
            weight=weight,
            color=ink,
        )


def _line(star: Star, table: str, top: float, column: str) -> float:
    """Return the height of a column's line."""
    return top + _HEAD + _PAD + (star.tables[table].index(column) + 0.5) * _LINE


def _draw_reference(
    axes: Axes, star: Star, places: Places, reference: tuple[str, str, str]
) -> None:
    table, column, target = reference
    x, top = places[table]
    to_x, to_top = places[target]
    y = _line(star, table, top, column)
    to_y = _line(star, target, to_top, star.keys[target][0])
    if to_x == x:  # one fact refers to another: around the right side
        start, end, bend = x + _WIDTH, x + _WIDTH, (0.8, 0.8)
    elif to_x > x:
        start, end, bend = x + _WIDTH, to_x, (_GAP_X / 2, -_GAP_X / 2)
    else:
        start, end, bend = x, to_x + _WIDTH, (-_GAP_X / 2, _GAP_X / 2)
    path = Path(
        [(start, y), (start + bend[0], y), (end + bend[1], to_y), (end, to_y)],
        [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
    )
    color = _FACT if target in star.facts else _DIMENSION
    axes.add_patch(PathPatch(path, facecolor="none", edgecolor=color, linewidth=1.4, zorder=2))
    axes.plot([end], [to_y], marker="o", markersize=5, color=color, zorder=5)

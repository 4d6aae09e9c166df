"""Diagrams of a warehouse, drawn from its declaration: raw, core and the whole, as SVG or PNG."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from vault_assets.model.relations import Relation, VaultTable
from vault_assets.model.warehouse import Warehouse
from vault_assets.sql.tracing import mart_tables

Kind = Literal["source", "stage", "hub", "link", "satellite", "mart", "view"]
Part = Literal["raw", "core", "whole"]
PARTS: tuple[Part, ...] = ("raw", "core", "whole")

COLORS: Mapping[Kind, str] = {
    "source": "#e4e7eb",
    "stage": "#cfe3f1",
    "hub": "#f6d58b",
    "link": "#bcd9b4",
    "satellite": "#f3c3b2",
    "mart": "#d6cbe8",
    "view": "#ece7f4",
}
_INK, _LINE = "#1f2933", "#9aa5b1"
_WIDTH, _HEIGHT, _BAR = 2.9, 0.3, 0.42  # inches: a box, and from one to the next
_COLUMN = 4.0
_MARGIN, _TITLE = 0.3, 0.8


@dataclass(frozen=True)
class Box:
    """A table.

    Args:
        key: `layer.name`, unique.
        name: What is written in it.
        kind: What it is: its colour.
        column: Where it stands, from the left.
        lines: Further lines, such as column names.
    """

    key: str
    name: str
    kind: Kind
    column: int
    lines: tuple[str, ...] = ()

    @property
    def height(self) -> float:
        """Height in inches."""
        return _HEIGHT * (1 + 0.62 * len(self.lines))


@dataclass(frozen=True)
class Diagram:
    """Boxes, and arrows between their keys."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[tuple[str, str], ...]


def diagram(warehouse: Warehouse, part: Part) -> Diagram:
    """Return the tables of a part of a warehouse, and what each is fed by.

    `raw` has sources with their columns and stages; `core` hubs, links and satellites; `whole` all,
    without columns.
    """
    return {"raw": _raw, "core": _core, "whole": _whole}[part](warehouse)


def _raw(warehouse: Warehouse) -> Diagram:
    boxes, arrows = [], []
    for name, source in warehouse.sources.items():
        columns = tuple(f"{column}: {item.type}" for column, item in source.columns.items())
        boxes.append(Box(f"source.{name}", name, "source", 0, columns))
        derived = tuple(f"+ {column}: {item.type}" for column, item in source.derived.items())
        boxes.append(Box(f"stage.{name}", f"stage.{name}", "stage", 1, derived))
        arrows.append((f"source.{name}", f"stage.{name}"))
    return Diagram(f"{warehouse.name}: raw area", tuple(boxes), tuple(arrows))


def _core(warehouse: Warehouse) -> Diagram:
    """Hubs left, links in the middle, satellites right; an arrow goes to what is described."""
    boxes, arrows = [], []
    for _, name, table in warehouse.vault_tables():
        kind = _kind(table)
        column = {"hub": 0, "link": 1}.get(kind, 2)
        boxes.append(Box(f"vault.{name}", name, kind, column))
        if isinstance(table, Relation):
            arrows += [(f"vault.{hub}", f"vault.{name}") for hub in dict.fromkeys(_hubs(table))]
        elif parent := _parent(table):
            arrows.append((f"vault.{parent}", f"vault.{name}"))
    return Diagram(f"{warehouse.name}: Data Vault", tuple(boxes), tuple(arrows))


def _whole(warehouse: Warehouse) -> Diagram:
    core = _core(warehouse)
    boxes = [Box(f"source.{name}", name, "source", 0) for name in warehouse.sources]
    boxes += [Box(f"stage.{name}", f"stage.{name}", "stage", 1) for name in warehouse.sources]
    arrows = [(f"source.{name}", f"stage.{name}") for name in warehouse.sources]
    boxes += [Box(box.key, box.name, box.kind, box.column + 2) for box in core.boxes]
    arrows += core.arrows
    for _, name, table in warehouse.vault_tables():
        arrows += [(f"stage.{stage}", f"vault.{name}") for stage in _stages(table)]
    last = 2 + (1 + max(box.column for box in core.boxes) if core.boxes else 0)
    for name, mart in warehouse.marts.items():
        kind: Kind = "view" if mart.kind == "view" else "mart"
        boxes.append(Box(f"mart.{name}", name, kind, last))
        arrows += [
            (f"{layer}.{table}", f"mart.{name}") for layer, table in mart_tables(warehouse, name)
        ]
    boxes, arrows = _leveled(boxes, arrows)
    return Diagram(f"{warehouse.name}: the whole", tuple(boxes), tuple(dict.fromkeys(arrows)))


def _leveled(
    boxes: list[Box], arrows: list[tuple[str, str]]
) -> tuple[list[Box], list[tuple[str, str]]]:
    """Put marts that read marts further right, and leave out arrows from nowhere."""
    keys = {box.key for box in boxes}
    arrows = [arrow for arrow in arrows if arrow[0] in keys]
    place = {box.key: box.column for box in boxes}
    for _ in boxes:
        for start, end in arrows:
            if start.startswith("mart.") and place[end] <= place[start]:
                place[end] = place[start] + 1
    return [Box(b.key, b.name, b.kind, max(place[b.key], b.column), b.lines) for b in boxes], arrows


def _kind(table: VaultTable) -> Kind:
    if table.pattern == "hub":
        return "hub"
    return "link" if isinstance(table, Relation) else "satellite"


def _hubs(table: Relation) -> Iterable[str]:
    return table.hubs.values()


def _parent(table: VaultTable) -> str | None:
    return getattr(table, "parent", None) or getattr(table, "link", None)


def _stages(table: VaultTable) -> Iterable[str]:
    bindings = getattr(table, "bindings", None) or [getattr(table, "binding", None)]
    return dict.fromkeys(binding.stage for binding in bindings if binding is not None)


def draw(what: Diagram, form: Literal["svg", "png"] = "svg") -> bytes:
    """Return a picture; equal diagrams give equal bytes.

    Args:
        what: The diagram.
        form: `svg` or `png`.
    """
    columns = 1 + max((box.column for box in what.boxes), default=0)
    places, height = _placed(what)
    width = 2 * _MARGIN + (columns - 1) * _COLUMN + _WIDTH
    figure = Figure(figsize=(width, height), dpi=110, facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    axes.text(_MARGIN, height - 0.4, what.title, size=15, weight="bold", color=_INK)
    sides = {box.key: box for box in what.boxes}
    for start, end in what.arrows:
        (x1, y1), (x2, y2) = places[start], places[end]
        y1, y2 = y1 - sides[start].height / 2, y2 - sides[end].height / 2
        axes.annotate(
            "", (x2, y2), (x1 + _WIDTH, y1), zorder=1,
            arrowprops={"arrowstyle": "-|>", "color": _LINE, "lw": 0.7, "shrinkA": 0, "shrinkB": 1,
                        "connectionstyle": "arc3,rad=0.06"},
        )  # fmt: skip
    for box in what.boxes:
        x, y = places[box.key]
        axes.add_patch(
            FancyBboxPatch(
                (x, y - box.height), _WIDTH, box.height, boxstyle="round,pad=0,rounding_size=0.06",
                facecolor=COLORS[box.kind], edgecolor=_INK, linewidth=0.6, zorder=2,
            )
        )  # fmt: skip
        for number, line in enumerate((box.name, *box.lines)):
            size, weight = (9, "bold") if not number else (7, "normal")
            middle = y - _HEIGHT / 2 - number * 0.62 * _HEIGHT
            axes.text(
                x + 0.08, middle, line, size=size, weight=weight, va="center", color=_INK, zorder=3
            )
    return _rendered(figure, form)


def _placed(what: Diagram) -> tuple[dict[str, tuple[float, float]], float]:
    """Return where each box begins (its upper left corner), and the height of the picture."""
    columns: dict[int, list[Box]] = {}
    for box in what.boxes:
        columns.setdefault(box.column, []).append(box)
    gap = _BAR - _HEIGHT
    heights = {
        number: sum(box.height + gap for box in boxes) - gap for number, boxes in columns.items()
    }
    tall = max(heights.values(), default=1.0)
    places = {}
    for number, boxes in columns.items():
        # Columns with little in them are spread, so that arrows stay short.
        room = gap + (tall - heights[number]) / (len(boxes) + 1)
        y = _MARGIN + tall - (room - gap)
        for box in boxes:
            places[box.key] = (_MARGIN + number * _COLUMN, y)
            y -= box.height + room
    return places, tall + 2 * _MARGIN + _TITLE


def _rendered(figure: Figure, form: Literal["svg", "png"]) -> bytes:
    target = io.BytesIO()
    if form == "png":
        FigureCanvasAgg(figure).print_png(target)
    else:
        import matplotlib as mpl  # noqa: PLC0415  only to make names in the file repeatable

        with mpl.rc_context({"svg.hashsalt": "vault-assets", "svg.fonttype": "none"}):
            FigureCanvasSVG(figure).print_svg(target, metadata={"Date": None})
    return target.getvalue()

"""Charts, all in one style; times are those of the data, never shifted to the browser's zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from vault_assets.dashboard.palette import BLUE, CATEGORIES, CORAL, GRID, INK, MUTED, SEQUENCE

HEIGHT = 300
_FEW_DAYS = 8
Drawn = alt.Chart | alt.LayerChart | alt.FacetChart
_UTC = alt.Scale(type="utc")
_BAR: dict[str, Any] = {
    "width": {"band": 0.74},
    "cornerRadiusTopLeft": 3,
    "cornerRadiusTopRight": 3,
}
_FONT = "Source Sans, Source Sans Pro, sans-serif"


@dataclass(frozen=True)
class Axis:
    """A column as an axis or a tooltip.

    Args:
        column: Name of the column.
        title: What it is, with its unit.
        form: Format of d3: `,.0f`, `.1%`, `%d %b`.
    """

    column: str
    title: str
    form: str = ",.0f"


@dataclass(frozen=True)
class Time(Axis):
    """A time as an axis.

    Args:
        unit: Vega-Lite's name of the unit that a bar stands for, in UTC.
        ticks: About how many labels, or their step.
    """

    form: str = "%d %b %Y"
    unit: str = "utcyearmonthdate"
    ticks: Any = 8


def month(column: str = "month") -> Time:
    """Return an axis of months."""
    return Time(column, "Month", "%b %Y", "utcyearmonth", "month")


def hour(column: str = "hour") -> Time:
    """Return an axis of hours of days."""
    return Time(column, "Hour (UTC)", "%d %b %H:%M", "utcyearmonthdatehours")


def styled(chart: Drawn, height: int = HEIGHT) -> Drawn:
    """Return the chart in the style of the dashboard."""
    return (
        chart.properties(height=height, width="container")
        .configure(font=_FONT, background="transparent", padding={"left": 4, "right": 8})
        .configure_view(strokeWidth=0)
        .configure_axis(
            labelColor=MUTED,
            titleColor=MUTED,
            titleFontWeight="normal",
            labelFontSize=12,
            titleFontSize=12,
            gridColor=GRID,
            domain=False,
            ticks=False,
            labelPadding=8,
            titlePadding=12,
            labelLimit=220,
        )
        .configure_axisX(grid=False)
        .configure_legend(
            orient="top",
            direction="horizontal",
            title=None,
            labelColor=INK,
            labelFontSize=12,
            symbolType="circle",
            columns=4,
            offset=12,
        )
        .configure_range(category=CATEGORIES, heatmap=SEQUENCE, ramp=SEQUENCE)
    )


def ranked(data: pd.DataFrame, name: Axis, value: Axis, *more: Axis, color: str = BLUE) -> Drawn:
    """Draw lying bars in the order of the rows, each with its value."""
    order = list(dict.fromkeys(data[name.column].astype(str)))
    base = alt.Chart(data).encode(
        y=alt.Y(f"{name.column}:N", sort=order, title=None),
        x=alt.X(
            f"{value.column}:Q",
            title=value.title,
            axis=alt.Axis(format=value.form, grid=False, labels=False),
        ),
        tooltip=_tips(name, value, *more),
    )
    bars = base.mark_bar(color=color, cornerRadiusEnd=4, height={"band": 0.68})
    texts = base.mark_text(align="left", dx=6, color=INK, fontSize=12).encode(
        text=alt.Text(f"{value.column}:Q", format=value.form)
    )
    return styled(bars + texts, max(120, 34 * len(order) + 40))


def grouped(data: pd.DataFrame, name: Axis, value: Axis, color: Axis) -> Drawn:
    """Draw lying bars side by side, in the order of the rows."""
    order = list(dict.fromkeys(data[name.column].astype(str)))
    chart = (
        alt.Chart(data)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            y=alt.Y(f"{name.column}:N", sort=order, title=None),
            yOffset=alt.YOffset(f"{color.column}:N"),
            x=alt.X(f"{value.column}:Q", title=value.title, axis=alt.Axis(format=value.form)),
            color=_colors(data, color),
            tooltip=_tips(name, color, value),
        )
    )
    return styled(chart, max(160, 34 * len(order) + 40))


def bars(
    data: pd.DataFrame, x: Axis, y: Axis, *, color: Axis | None = None, stack: bool = True
) -> Drawn:
    """Draw upright bars: stacked or side by side if there is a colour."""
    encoded = alt.Chart(data).encode(
        x=_x(x, data),
        y=_y(y, stack="zero" if stack else None),
        tooltip=_tips(*([x, color] if color else [x]), y),
    )
    chart = encoded.mark_bar(color=BLUE, **_BAR)
    if color:
        chart = chart.encode(color=_colors(data, color))
        if not stack:
            chart = chart.encode(xOffset=alt.XOffset(f"{color.column}:N", sort=None))
    return styled(chart)


def lines(
    data: pd.DataFrame, x: Time, y: Axis, *, color: Axis | None = None, area: bool = False
) -> Drawn:
    """Draw lines over time, one per colour."""
    base = alt.Chart(data).encode(x=_x(x, data, bars=False), y=_y(y))
    if color:
        base = base.encode(color=_colors(data, color))
    tips = _tips(*([x, color] if color else [x]), y)
    line = base.mark_line(strokeWidth=2.2, color=BLUE)
    points = base.mark_circle(size=36, color=BLUE).encode(tooltip=tips)
    if area and not color:
        shade = base.mark_area(color=BLUE, opacity=0.12)
        return styled(shade + line + points)
    return styled(line + points)


def bars_and_line(data: pd.DataFrame, x: Axis, bar: Axis, line: Axis) -> Drawn:
    """Draw bars, and a line on an axis of its own."""
    base = alt.Chart(data).encode(x=_x(x, data), tooltip=_tips(x, bar, line))
    columns = base.mark_bar(**_BAR).encode(y=_y(bar), color=alt.datum(bar.title))
    over = base.mark_line(strokeWidth=2.4, point={"size": 42, "filled": True}).encode(
        y=_y(line, grid=False), color=alt.datum(line.title)
    )
    layered = alt.layer(columns, over).resolve_scale(y="independent")
    scale = alt.Scale(domain=[bar.title, line.title], range=[BLUE, CORAL])
    return styled(layered.encode(color=alt.Color(scale=scale)))


def bars_and_mean(data: pd.DataFrame, x: Time, bar: Axis, mean: Axis) -> Drawn:
    """Draw bars over time, and a line on the same axis."""
    base = alt.Chart(data).encode(x=_x(x, data), tooltip=_tips(x, bar, mean))
    columns = base.mark_bar(**_BAR).encode(y=_y(bar), color=alt.datum(bar.title))
    over = base.mark_line(strokeWidth=2.4).encode(y=f"{mean.column}:Q", color=alt.datum(mean.title))
    scale = alt.Scale(domain=[bar.title, mean.title], range=["#a9c0ef", CORAL])
    return styled(alt.layer(columns, over).encode(color=alt.Color(scale=scale)))


def with_trend(data: pd.DataFrame, x: Time, y: Axis) -> Drawn:
    """Draw bars over time and their linear trend."""
    base = alt.Chart(data).encode(x=_x(x, data), y=_y(y))
    columns = base.mark_bar(color=BLUE, **_BAR).encode(tooltip=_tips(x, y))
    trend = base.transform_regression(x.column, y.column).mark_line(
        color=CORAL, strokeWidth=2.4, strokeDash=[6, 4]
    )
    return styled(columns + trend)


def donut(data: pd.DataFrame, name: Axis, value: Axis, share: Axis) -> Drawn:
    """Draw shares as a ring, in the order of the rows."""
    legend = alt.Legend(orient="right", direction="vertical", columns=1, labelLimit=150, title=None)
    chart = (
        alt.Chart(data.assign(place=range(len(data))))
        .mark_arc(innerRadius={"expr": "min(width, height) / 3.3"}, stroke="white", strokeWidth=2)
        .encode(
            theta=alt.Theta(f"{value.column}:Q", stack=True),
            order=alt.Order("place:Q"),
            color=_colors(data, name).legend(legend),
            tooltip=_tips(name, value, share),
        )
    )
    fitted = alt.AutoSizeParams(type="fit", contains="padding")
    return styled(chart.properties(autosize=fitted), 260)


def heat(
    data: pd.DataFrame,
    x: Axis,
    y: Axis,
    value: Axis,
    *more: Axis,
    height: int = HEIGHT,
    upwards: bool = False,
) -> Drawn:
    """Draw a grid of cells, dark where the value is high, each with its value.

    Args:
        data: One row per cell.
        x: Columns of the grid.
        y: Its rows.
        value: What a cell shows.
        more: What its tooltip tells beside that.
        height: In pixels.
        upwards: Whether the first row is at the bottom.
    """
    highest: Any = data[value.column].max()
    most = float(highest)
    base = alt.Chart(data).encode(
        x=alt.X(f"{x.column}:O", title=x.title, axis=alt.Axis(labelAngle=0)),
        y=alt.Y(f"{y.column}:O", title=y.title, sort="descending" if upwards else "ascending"),
        tooltip=_tips(y, x, value, *more),
    )
    cells = base.mark_rect(stroke="white", strokeWidth=2, cornerRadius=3).encode(
        color=alt.Color(f"{value.column}:Q", scale=alt.Scale(range=SEQUENCE), legend=None)
    )
    dark = alt.condition(
        f"datum['{value.column}'] > {most * 0.55}", alt.value("white"), alt.value(INK)
    )
    texts = base.mark_text(fontSize=11).encode(
        text=alt.Text(f"{value.column}:Q", format=value.form), color=dark
    )
    return styled(cells + texts, height)


def _x(axis: Axis, data: pd.DataFrame, *, bars: bool = True) -> alt.X:
    if isinstance(axis, Time):
        # A bar stands for the time that begins at its left edge, where its label begins too.
        shown = alt.Axis(
            format=axis.form,
            labelOverlap="parity",
            labelSeparation=8,
            labelAlign="left" if bars else "center",
            labelBound=bars,
            tickCount=_ticks(axis, data),
        )
        return alt.X(
            f"{axis.unit}({axis.column}):T",
            title=axis.title,
            scale=_UTC,
            axis=shown,
            bandPosition=0.5 if bars else 0,
        )
    return alt.X(
        f"{axis.column}:O",
        title=axis.title,
        sort=None,
        axis=alt.Axis(labelAngle=0, labelOverlap="greedy"),
    )


def _ticks(axis: Time, data: pd.DataFrame) -> Any:
    """Return one label per day for few days: of two days each would have several."""
    few = len(set(data[axis.column].tolist())) <= _FEW_DAYS
    return "day" if few and axis.unit == "utcyearmonthdate" else axis.ticks


def _y(axis: Axis, *, grid: bool = True, stack: str | None = None) -> alt.Y:
    shown = alt.Axis(format=axis.form, tickCount=5, grid=grid)
    return alt.Y(f"{axis.column}:Q", title=axis.title, axis=shown, stack=stack)  # pyright: ignore[reportArgumentType]


def _colors(data: pd.DataFrame, axis: Axis) -> alt.Color:
    order = list(dict.fromkeys(data[axis.column].astype(str)))
    scale = alt.Scale(domain=sorted(order), range=_enough(len(order)))
    return alt.Color(f"{axis.column}:N", scale=scale, legend=alt.Legend(title=None))


def _enough(needed: int) -> Sequence[str]:
    return [CATEGORIES[place % len(CATEGORIES)] for place in range(needed)]


def _tips(*axes: Axis) -> list[alt.Tooltip]:
    return [_tip(axis) for axis in axes]


def _tip(axis: Axis) -> alt.Tooltip:
    if isinstance(axis, Time):
        shown = axis.form if "%Y" in axis.form else f"{axis.form} %Y"
        # A format alone is written in the browser's zone; the unit of time is in UTC.
        return alt.Tooltip(
            f"{axis.column}:T",
            title=axis.title,
            format=shown,
            timeUnit=axis.unit,  # pyright: ignore[reportArgumentType]
        )
    if axis.form == "":
        return alt.Tooltip(f"{axis.column}:N", title=axis.title)
    return alt.Tooltip(f"{axis.column}:Q", title=axis.title, format=axis.form)

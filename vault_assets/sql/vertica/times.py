"""Times: DuckDB's functions of dates and times as Vertica's."""

from sqlglot import exp

from vault_assets.sql.vertica.building import Handler, call, cast, number, paren, text
from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.patterns import time_pattern

_UNITS = {"second", "minute", "hour", "day", "month", "quarter", "year", "microsecond"}


def _monday(value: exp.Expr) -> exp.Expr:
    day = cast(value, "DATE")
    place = exp.Sub(this=call("DAYOFWEEK_ISO", day.copy()), expression=number(1))
    return cast(exp.Paren(this=exp.Sub(this=day, expression=paren(place))), "TIMESTAMP")


def truncated(node: exp.Expr) -> exp.Expr:
    """Return DATE_TRUNC."""
    unit = node.args["unit"].name.lower()
    if unit == "week":
        return _monday(node.this)
    if unit not in _UNITS:
        raise UntranslatableError(f"date_trunc to {unit}")
    return call("DATE_TRUNC", text(unit), node.this)


def date_diff(node: exp.Expr) -> exp.Expr:
    """Return DATEDIFF."""
    unit = node.args["unit"].name.lower()
    if unit not in _UNITS:
        raise UntranslatableError(f"date_diff of {unit}")
    return call("DATEDIFF", text(unit), node.expression, node.this)


def time_text(node: exp.Expr) -> exp.Expr:
    """Return `strftime`: TO_CHAR."""
    pattern = node.args["format"]
    if not isinstance(pattern, exp.Literal):
        raise UntranslatableError("strftime with a pattern that is no literal")
    return call("TO_CHAR", node.this, text(time_pattern(pattern.name)))


def named_part(pattern: str) -> Handler:
    """Return what names a part of a date by a pattern of TO_CHAR."""

    def handle(node: exp.Expr) -> exp.Expr:
        return call("TRIM", call("TO_CHAR", node.this, text(pattern)))

    return handle


def day_of_week(node: exp.Expr) -> exp.Expr:
    """Return the day of the week, 0 for Sunday."""
    return paren(exp.Sub(this=call("DAYOFWEEK", node.this), expression=number(1)))


def extract(node: exp.Expr) -> exp.Expr:
    """Return a part of a time."""
    part = node.name.lower()
    if part not in ("year", "month", "day", "hour", "minute", "quarter"):
        raise UntranslatableError(f"extract({part})")
    return call(part.upper(), node.expression)


def at_zone(node: exp.Expr) -> exp.Expr:
    """Return the clock in UTC."""
    moment = node.this
    if moment.name == "NOW" and node.args["zone"].name == "UTC":
        return call("GETUTCDATE")
    raise UntranslatableError("`at time zone`")


def today(_: exp.Expr) -> exp.Expr:
    """Return the day in UTC."""
    return cast(call("GETUTCDATE"), "DATE")

"""`unnest` of series and lists: joins with numbers, or unions of values."""

from sqlglot import exp

from vault_assets.sql.vertica.building import call, case, number, paren, text
from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.normalizing import own_of
from vault_assets.sql.vertica.pushing import Names, derived

_DIGITS = 6
"""A series has a million members at most; the longest one is of hours: 114 years."""


def unnest(select: exp.Select, names: Names) -> None:
    """Replace an `unnest` among the columns of a select.

    Raises:
        UntranslatableError: There are several, or one is of something else.
    """
    found = own_of(select, exp.Explode, exp.Unnest)
    if not found:
        return
    if len(found) > 1:
        raise UntranslatableError("several `unnest` in one select")
    (node,) = found
    listed = node.this if isinstance(node, exp.Explode) else node.expressions[0]
    if isinstance(listed, exp.Cast):
        listed = listed.this
    if isinstance(listed, exp.Array):
        _values(select, node, listed, names)
    elif isinstance(listed, exp.Split):
        _parts(select, node, listed, names)
    elif isinstance(listed, exp.GenerateSeries):
        _series(select, node, listed, names)
    else:
        raise UntranslatableError(f"unnest of {listed.sql('duckdb')}")


def _values(select: exp.Select, node: exp.Expr, listed: exp.Array, names: Names) -> None:
    if select.args.get("from_"):
        _columns(select, node, listed, names)
        return
    alias = names.new()
    rows: list[exp.Query] = [
        exp.select(exp.alias_(item.copy(), "value"), copy=False) for item in listed.expressions
    ]
    if not rows:
        rows = [exp.select(exp.alias_(exp.Null(), "value")).where(exp.false())]
    union = rows[0]
    for row in rows[1:]:
        union = exp.Union(this=union, expression=row, distinct=False)
    node.replace(exp.column("value", alias))
    select.set("from_", exp.From(this=derived(union, alias)))


def _columns(select: exp.Select, node: exp.Expr, listed: exp.Array, names: Names) -> None:
    """Of every row, each of several expressions in a row of its own."""
    outer, rows = names.new(), names.new()
    carried = {f"_item{place}": item for place, item in enumerate(listed.expressions)}
    value = case(
        [
            (exp.column("n", rows).eq(place), exp.column(f"_item{place}", outer))
            for place in range(len(carried))
        ]
    )
    numbers: exp.Query = exp.select(exp.alias_(number(0), "n"))
    for place in range(1, len(carried)):
        row = exp.select(exp.alias_(number(place), "n"))
        numbers = exp.Union(this=numbers, expression=row, distinct=False)
    _joined(select, node, carried, value, None, (outer, rows), numbers)


def _series(select: exp.Select, node: exp.Expr, series: exp.Expr, names: Names) -> None:
    start, end, step = series.args["start"], series.args["end"], series.args.get("step")
    open_end = bool(series.args.get("is_end_exclusive"))
    outer, rows = names.new(), names.new()
    first, last = exp.column("_first", outer), exp.column("_last", outer)
    place = exp.column("n", rows)
    if isinstance(step, exp.Interval):
        value: exp.Expr = call("TIMESTAMPADD", text(step.args["unit"].name.lower()), place, first)
        if step.this.name != "1":
            raise UntranslatableError("a series by another step than 1")
        spans = None
    else:
        if step is not None and step.name != "1":
            raise UntranslatableError("a series by another step than 1")
        value = paren(exp.Add(this=first, expression=place))
        spans = exp.Sub(this=exp.column("_last", "m"), expression=exp.column("_first", "m"))
    kind = exp.LT if open_end else exp.LTE
    _joined(
        select,
        node,
        {"_first": start, "_last": end},
        value,
        kind(this=value.copy(), expression=last),
        (outer, rows),
        spans,
    )


def _parts(select: exp.Select, node: exp.Expr, split: exp.Split, names: Names) -> None:
    outer, rows = names.new(), names.new()
    listed, sign, place = exp.column("_list", outer), split.expression, exp.column("n", rows)
    value = call("SPLIT_PART", listed, sign.copy(), exp.Add(this=place, expression=number(1)))
    signs = exp.Sub(
        this=call("OCTET_LENGTH", listed.copy()),
        expression=call("OCTET_LENGTH", call("REPLACE", listed.copy(), sign.copy(), text(""))),
    )
    condition = exp.LTE(this=place.copy(), expression=signs)
    spans = call("OCTET_LENGTH", exp.column("_list", "m"))
    _joined(select, node, {"_list": split.this}, value, condition, (outer, rows), spans)


def _joined(  # noqa: PLR0917  parts of one construct
    select: exp.Select,
    node: exp.Expr,
    carried: dict[str, exp.Expr],
    value: exp.Expr,
    condition: exp.Expr | None,
    aliases: tuple[str, str],
    numbers: exp.Expr | None,
) -> None:
    outer, rows = aliases
    inner = exp.select(*(exp.alias_(v.copy(), name) for name, v in carried.items()), copy=False)
    shown = []
    for item in select.expressions:
        if item.find(exp.Explode, exp.Unnest):
            shown.append(item)
            continue
        name = item.alias_or_name
        inner = inner.select(item.copy(), copy=False)
        shown.append(exp.alias_(exp.column(name, outer), name))
    for part in ("from_", "joins", "where", "group", "having"):
        inner.set(part, select.args.get(part))
        select.set(part, None)
    node.replace(value.copy())
    select.set("expressions", shown)
    select.set("from_", exp.From(this=derived(inner, outer)))
    if not isinstance(numbers, exp.Query):
        # Without this bound, each row would be joined with a million numbers first.
        spans = numbers
        bound = exp.select(call("MAX", spans)).from_(derived(inner.copy(), "m")) if spans else None
        numbers = _numbers(bound)
    select.set("joins", [exp.Join(this=derived(numbers, rows), kind="CROSS")])
    select.set("where", exp.Where(this=condition) if condition is not None else None)


def _numbers(bound: exp.Query | None) -> exp.Select:
    """Return a select of the numbers from 0 as `n`."""
    total: exp.Expr | None = None
    query = exp.Select()
    for place in range(_DIGITS):
        digit: exp.Expr = exp.column("d", f"d{place}")
        if place:
            digit = exp.Mul(this=digit, expression=number(10**place))
        total = digit if total is None else exp.Add(this=total, expression=digit)
        source = derived(_digits(), f"d{place}")
        if place:
            query = query.join(source, join_type="cross", copy=False)
        else:
            query = query.from_(source, copy=False)
    assert total is not None  # noqa: S101  there are digits
    query = query.select(exp.alias_(total.copy(), "n"), copy=False)
    if bound is not None:
        query = query.where(exp.LTE(this=total, expression=exp.Subquery(this=bound)), copy=False)
    return query


def _digits() -> exp.Query:
    union: exp.Query = exp.select(exp.alias_(number(0), "d"))
    for digit in range(1, 10):
        row = exp.select(exp.alias_(number(digit), "d"))
        union = exp.Union(this=union, expression=row, distinct=False)
    return union

"""Clauses that Vertica lacks, as derived tables and plain expressions."""

from collections.abc import Callable
from itertools import count

from sqlglot import exp

from vault_assets.sql.vertica.building import TYPE, call, case, is_null, number
from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.normalizing import own_of
from vault_assets.sql.vertica.pushing import Names, output_names, pushed
from vault_assets.sql.vertica.scopes import selects
from vault_assets.sql.vertica.unnesting import unnest

_Comparison = type[exp.Expr]


def rewritten(tree: exp.Expr) -> exp.Expr:
    """Rewrite clauses of a normalized statement; return it, as its root may be another one."""
    names = Names(count(1))
    for node in list(tree.walk(bfs=False))[::-1]:
        _compare_tuples(node)
    for node in list(tree.find_all(exp.Values)):
        _values(node)
    for select in selects(tree):
        _named_windows_only(select)
        _filters(select)
        _semi_joins(select)
        _qualify(select, names)
        _picked(select, names)
        unnest(select, names)
    for cte in tree.find_all(exp.CTE):
        cte.set("materialized", None)
    return tree


def _named_windows_only(select: exp.Select) -> None:
    if select.args.get("distinct") and select.args["distinct"].args.get("on"):
        raise UntranslatableError("`distinct on`")
    for part in ("sample", "prewhere", "laterals", "pivots", "connect", "match", "cluster", "into"):
        if select.args.get(part):
            raise UntranslatableError(f"`{part}`")


def _compare_tuples(node: exp.Expr) -> None:
    parts: tuple[_Comparison, Callable[..., exp.Expr]]
    if isinstance(node, exp.EQ):
        parts = exp.EQ, exp.and_
    elif isinstance(node, exp.NullSafeEQ):
        parts = exp.NullSafeEQ, exp.and_
    elif isinstance(node, exp.NullSafeNEQ):
        parts = exp.NullSafeNEQ, exp.or_
    elif isinstance(node, exp.NEQ):
        parts = exp.NEQ, exp.or_
    else:
        return
    left, right = node.this, node.expression
    if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
        kind, joined = parts
        compared = [
            kind(this=a.copy(), expression=b.copy())
            for a, b in zip(left.expressions, right.expressions, strict=True)
        ]
        node.replace(exp.Paren(this=joined(*compared)))


def _values(values: exp.Values) -> None:
    """Rows given as values become a union of selects."""
    alias = values.args.get("alias")
    place = values.parent
    names = [c.name for c in alias.columns] if alias else []
    outer: exp.Expr = values
    if isinstance(place, exp.From) and isinstance(place.parent, exp.Select):
        select = place.parent
        cte = select.parent
        if alias and alias.name == "_values" and isinstance(cte, exp.CTE) and not names:
            names = [c.name for c in cte.args["alias"].columns]
            cte.args["alias"].set("columns", None)
            outer = select
    names = names or [f"col{i}" for i in range(len(values.expressions[0].expressions))]
    rows = [
        exp.select(
            *(
                exp.alias_(item.copy(), name, quoted=True)
                for item, name in zip(row.expressions, names, strict=True)
            ),
            copy=False,
        )
        for row in values.expressions
    ]
    union: exp.Query = rows[0]
    for row in rows[1:]:
        union = exp.Union(this=union, expression=row, distinct=False)
    if outer is values:
        name = alias.name if alias else "given"
        outer.replace(exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier(name))))
    else:
        outer.replace(union)


def _filters(select: exp.Select) -> None:
    """`f(x) filter (where c)` becomes f of a CASE without ELSE, for aggregates skip NULL."""
    for node in own_of(select, exp.Filter):
        called, condition = node.this, node.expression.this
        target = called.this if isinstance(called, exp.WithinGroup) else called
        if isinstance(target, exp.Count) and isinstance(target.this, exp.Star):
            target.set("this", case([(condition, number(1))]))
        elif isinstance(target, exp.Count) and isinstance(target.this, exp.Distinct):
            kept = [case([(condition.copy(), e)]) for e in target.this.expressions]
            target.this.set("expressions", kept)
        elif isinstance(target, exp.ArgMax | exp.ArgMin):
            if isinstance(target.expression, exp.Tuple):
                raise UntranslatableError("arg_max by several columns with `filter`")
            target.set("expression", case([(condition, target.expression)]))
        elif isinstance(target, exp.GroupConcat):
            raise UntranslatableError("string_agg with `filter`")
        else:
            kept = case([(condition, target.this)])
            kept.meta.update(target.this.meta)
            target.set("this", kept)
        node.replace(called)


def _semi_joins(select: exp.Select) -> None:
    for join in list(select.args.get("joins") or ()):
        kind = (join.kind or "").upper()
        if kind in ("SEMI", "ANTI"):
            inner = exp.select(number(1)).from_(join.this.copy(), copy=False)
            inner = inner.where(join.args["on"].copy(), copy=False)
            found: exp.Expr = exp.Exists(this=inner)
            select.where(exp.not_(found) if kind == "ANTI" else found, copy=False)
            select.args["joins"].remove(join)
        elif (join.args.get("method") or "").upper() in ("ASOF", "POSITIONAL", "NATURAL"):
            raise UntranslatableError(f"`{join.args['method']} join`".lower())


def _qualify(select: exp.Select, names: Names) -> None:
    """Compute windows and columns of the condition below, and filter above."""
    qualify = select.args.get("qualify")
    if qualify is None:
        return
    condition = qualify.this
    select.set("qualify", None)
    alias, shown = names.new(), output_names(select)
    hidden: list[exp.Expr] = []

    def below(value: exp.Expr) -> exp.Expr:
        name = f"_w{len(hidden) + 1}"
        hidden.append(exp.alias_(value.copy(), name))
        return exp.column(name, alias)

    holder = exp.Paren(this=condition)
    for window in own_windows(holder):
        window.replace(below(window))
    for column in list(holder.find_all(exp.Column)):
        if column.table != alias:
            column.replace(below(column))
    inner = exp.Select(**{k: v for k, v in select.args.items() if k in _INNER})
    inner.set("expressions", [*select.expressions, *hidden])
    for part in _INNER:
        select.set(part, None)
    columns = [exp.column(name, alias) for name in shown]
    select.set("expressions", columns)
    derived = exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier(alias)))
    select.set("from_", exp.From(this=derived))
    select.set("where", exp.Where(this=holder.this))
    order = select.args.get("order")
    for term in order.find_all(exp.Column) if order else ():
        if term.name.lower() not in {name.lower() for name in shown}:
            raise UntranslatableError("`order by` something else than a result beside `qualify`")
        term.set("table", None)


_INNER = ("expressions", "from_", "joins", "where", "group", "having")


def own_windows(node: exp.Expr) -> list[exp.Window]:
    """Return the outermost windows below a node."""
    found: list[exp.Window] = []

    def visit(part: exp.Expr) -> None:
        if isinstance(part, exp.Window):
            found.append(part)
            return
        for child in part.iter_expressions():
            visit(child)

    visit(node)
    return found


def _picked(select: exp.Select, names: Names) -> None:
    """`arg_max` and quantiles: found over windows below, and gathered above."""
    calls = own_of(select, exp.ArgMax, exp.ArgMin, exp.PercentileCont, exp.Median)
    if not calls:
        return
    group = select.args.get("group")
    keys = [key.copy() for key in group.expressions] if group else []
    extras: dict[str, exp.Expr] = {}
    for number_, node in enumerate(calls, 1):
        kind = node.this.meta.get(TYPE)
        if isinstance(node, exp.ArgMax | exp.ArgMin):
            value, place = f"_value{number_}", f"_place{number_}"
            extras[value], extras[place] = _best(node, keys)
            chosen = case([(exp.column(place).eq(1), exp.column(value))])
        else:
            share = f"_share{number_}"
            extras[share] = _quantile(node, keys)
            chosen = exp.column(share)
            kind = "DOUBLE"
        chosen.meta[TYPE] = kind
        found = exp.Max(this=chosen)
        within = node.parent
        (within if isinstance(within, exp.WithinGroup) else node).replace(found)
    pushed(select, extras, names)


def _best(node: exp.ArgMax | exp.ArgMin, keys: list[exp.Expr]) -> tuple[exp.Expr, exp.Expr]:
    """Return the value, NULL where it does not count, and its place in its group."""
    value, by = node.this, node.expression
    parts = by.expressions if isinstance(by, exp.Tuple) else [by]
    missing = [is_null(value.copy())] + ([is_null(by.copy())] if by is parts[0] else [])
    kept = value.copy()
    if by is parts[0]:
        kept = case([(exp.not_(is_null(by.copy())), kept)])
    desc = isinstance(node, exp.ArgMax)
    order = [
        exp.Ordered(this=case([(exp.or_(*missing), number(1))], number(0)), nulls_first=False),
        *(exp.Ordered(this=part.copy(), desc=desc, nulls_first=False) for part in parts),
    ]
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[key.copy() for key in keys],
        order=exp.Order(expressions=order),
    )
    return kept, place


def _quantile(node: exp.Expr, keys: list[exp.Expr]) -> exp.Expr:
    if isinstance(node, exp.Median):
        value, share = node.this, number(0)
        share = exp.Literal.number("0.5")
    elif isinstance(node.parent, exp.WithinGroup):
        share, value = node.this, node.parent.expression.expressions[0].this
    else:
        value, share = node.this, node.expression
    ordered = exp.Order(expressions=[exp.Ordered(this=value.copy())])
    within = exp.WithinGroup(this=call("PERCENTILE_CONT", share.copy()), expression=ordered)
    return exp.Window(this=within, partition_by=[key.copy() for key in keys])

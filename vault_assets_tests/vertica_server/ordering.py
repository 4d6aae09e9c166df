"""The place of NULL in the order of a query, which in Vertica depends on the type."""

from sqlglot import exp

from vault_assets_tests.vertica_server.calling import call


def ordered(query: exp.Query, tree: exp.Expr) -> exp.Expr:
    """Give a query Vertica's place of NULL; return the whole tree, as its root may change."""
    order = query.args.get("order")
    if not isinstance(order, exp.Order) or isinstance(query, exp.Subquery):
        return tree
    wraps = isinstance(query, exp.SetOperation) or query.args.get("distinct")
    terms = []
    for term in order.expressions:
        value = _ordered_value(term.this, query, wraps=bool(wraps))
        if value is not None:
            terms.append(exp.Ordered(this=call("v_null_rank", value), desc=term.args.get("desc")))
        shown = value.copy() if wraps and value is not None else term.this
        terms.append(exp.Ordered(this=shown, desc=term.args.get("desc"), nulls_first=False))
    order.set("expressions", terms)
    return _wrapped(query, tree) if wraps else tree


def _ordered_value(value: exp.Expr, query: exp.Query, *, wraps: bool) -> exp.Expr | None:
    if isinstance(value, exp.Literal) and not value.is_string:
        shown = query.selects
        place = int(value.this) - 1
        if place >= len(shown) or shown[place].is_star:
            return None
        if wraps:
            return exp.column(shown[place].alias_or_name) if shown[place].alias_or_name else None
        return shown[place].unalias().copy()
    if wraps and isinstance(value, exp.Column):
        return exp.column(value.name)
    return value.copy()


def _wrapped(query: exp.Query, tree: exp.Expr) -> exp.Expr:
    """Order outside, where DISTINCT and UNION allow any expression."""
    inner = query.copy()
    outer = exp.select("*")
    for part in ("order", "limit", "offset"):
        if inner.args.get(part):
            outer.set(part, inner.args[part].pop())
    if inner.args.get("with_"):
        outer.set("with_", inner.args["with_"].pop())
    outer = outer.from_(exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier("q"))))
    if query is tree:
        return outer
    query.replace(outer)
    return tree

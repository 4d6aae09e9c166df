"""The order of rows: NULL last, whatever the type, as in DuckDB."""

from itertools import count

from sqlglot import exp

from vault_assets.sql.vertica.building import case, is_null, number
from vault_assets.sql.vertica.pushing import derived, output_names

_names = "o"


def ordered(tree: exp.Query, *, kept: bool) -> exp.Query:
    """Write out the place of NULL in every `order by` of a query; return the query.

    Args:
        tree: The query, normalized.
        kept: Whether the order of the whole query's rows means something.
    """
    numbers = count(1)
    for query in list(tree.find_all(exp.Query))[::-1]:
        order = query.args.get("order")
        if order is None or isinstance(query, exp.Subquery):
            continue
        if not _matters(query) and not (kept and _is_top(query, tree)):
            query.set("order", None)
            continue
        if query.args.get("distinct") or isinstance(query, exp.SetOperation):
            tree = _wrapped(query, tree, f"{_names}{next(numbers)}")
        else:
            _write_out(order)
    return tree


def hoisted(tree: exp.Expr) -> None:
    """Take the order of a subquery to the select around it, which may keep some rows only."""
    for select in list(tree.find_all(exp.Select)):
        source = select.args["from_"].this if select.args.get("from_") else None
        if not isinstance(source, exp.Subquery) or select.args.get("joins"):
            continue
        order = source.this.args.get("order")
        if order is None or any(
            select.args.get(p) for p in ("order", "group", "distinct", "where")
        ):
            continue
        shown = {e.alias_or_name.lower() for e in select.expressions}
        terms = [term.this for term in order.expressions]
        if all(isinstance(t, exp.Column) and t.name.lower() in shown for t in terms):
            found = order.copy()
            for column in found.find_all(exp.Column):
                column.set("table", None)
            select.set("order", found)
            if not source.this.args.get("limit"):
                source.this.set("order", None)


def _matters(query: exp.Query) -> bool:
    return bool(query.args.get("limit") or query.args.get("offset"))


def _is_top(query: exp.Query, tree: exp.Expr) -> bool:
    return query is tree


def _write_out(order: exp.Order) -> None:
    terms: list[exp.Expr] = []
    for term in order.expressions:
        last, first = (
            (number(0), number(1)) if term.args.get("nulls_first") else (number(1), number(0))
        )
        value = term.this
        terms.append(exp.Ordered(this=case([(is_null(value.copy()), last)], first)))
        terms.append(exp.Ordered(this=value, desc=term.args.get("desc")))
    order.set("expressions", terms)


def _wrapped(query: exp.Query, tree: exp.Query, alias: str) -> exp.Query:
    """Order outside, for there only columns may be named beside DISTINCT and UNION."""
    inner = query.copy()
    outer = exp.select(*(exp.column(name, alias) for name in output_names(inner)))
    for part in ("order", "limit", "offset", "with_"):
        outer.set(part, inner.args.get(part))
        inner.set(part, None)
    for column in outer.args["order"].find_all(exp.Column):
        column.set("table", None)
    _write_out(outer.args["order"])
    outer.set("from_", exp.From(this=derived(inner, alias)))
    if query is tree:
        return outer
    query.replace(outer)
    return tree

"""DuckDB to plainer DuckDB: no stars, no aliases used as columns, no `using`, no `group by all`."""

from itertools import count

from sqlglot import exp

from vault_assets.sql.vertica.asof import replace_asof
from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.pushing import output_names
from vault_assets.sql.vertica.scopes import Node, Scopes, own, selects, sources


def normalized(tree: exp.Expr, scopes: Scopes) -> None:
    """Rewrite every select of a statement in place; it stays a statement of DuckDB."""
    _alias_subqueries(tree)
    _bare_lists(tree)
    for select in selects(tree):
        _inline_windows(select)
        _replace_using(select, scopes)
        replace_asof(select, scopes)
        _expand_stars(select, scopes)
        _expand_aliases(select, scopes)
        _group_by_all(select)
        _order_by_places(select)
    for union in list(tree.find_all(exp.SetOperation))[::-1]:
        if union.args.get("by_name"):
            _unite_by_name(union)
    for select in selects(tree):
        _type_nulls(select, scopes)


def _type_nulls(select: exp.Select, scopes: Scopes) -> None:
    """Give a NULL among the columns the type that it has in the whole union."""
    places = [i for i, e in enumerate(select.expressions) if isinstance(e.unalias(), exp.Null)]
    if not places:
        return
    union: exp.Query = select
    while isinstance(union.parent, exp.SetOperation):
        union = union.parent
    kinds = list(scopes.output(union).values())
    if len(kinds) != len(select.expressions):
        return
    for place in places:
        told = kinds[place].replace('"NULL"', "INTEGER")
        told = "VARCHAR" if told.startswith("ENUM") else told
        kind = exp.DataType.build(told, dialect="duckdb")
        select.expressions[place].unalias().replace(exp.Cast(this=exp.Null(), to=kind))


def _bare_lists(tree: exp.Expr) -> None:
    """Take the cast off a list; what unnests one needs the type of an empty list."""
    for cast in list(tree.find_all(exp.Cast)):
        if isinstance(cast.this, exp.Array) and not isinstance(cast.parent, exp.Explode):
            cast.replace(cast.this)


def _unite_by_name(union: exp.SetOperation) -> None:
    """Bring the columns of both sides into one order; what a side lacks is NULL."""
    sides = (union.this, union.expression)
    names = list(dict.fromkeys(name for side in sides for name in output_names(side)))
    for side in sides:
        _reorder(side, names)
    union.set("by_name", None)


def _reorder(side: exp.Expr, names: list[str]) -> None:
    if isinstance(side, exp.SetOperation):
        _reorder(side.this, names)
        _reorder(side.expression, names)
    elif isinstance(side, exp.Select):
        shown = {e.alias_or_name: e for e in side.expressions}
        missing = {name: exp.alias_(exp.Null(), name) for name in names if name not in shown}
        side.set("expressions", [(shown | missing)[name] for name in names])
    else:
        raise UntranslatableError("`by name` of something else than selects")


def _alias_subqueries(tree: exp.Expr) -> None:
    numbers = count(1)
    for subquery in tree.find_all(exp.Subquery):
        if isinstance(subquery.parent, exp.From | exp.Join) and not subquery.alias:
            subquery.set("alias", exp.TableAlias(this=exp.to_identifier(f"s{next(numbers)}")))


def _inline_windows(select: exp.Select) -> None:
    named = {window.name.lower(): window for window in select.args.get("windows") or ()}
    if not named:
        return
    for window in own_of(select, exp.Window):
        definition = named.get(window.alias.lower())
        if definition is None or window is definition:
            continue
        for part in ("partition_by", "order", "spec"):
            if not window.args.get(part) and definition.args.get(part):
                held = definition.args[part]
                window.set(
                    part, [p.copy() for p in held] if isinstance(held, list) else held.copy()
                )
        window.set("alias", None)
    select.set("windows", None)


def own_of(select: exp.Select, *kinds: type[Node]) -> list[Node]:
    """Return nodes of these kinds that belong to a select itself, not to a subquery of it."""
    found: list[Node] = []
    for child in select.iter_expressions():
        if not isinstance(child, exp.With):
            found += own(child, *kinds)
    return found


def _replace_using(select: exp.Select, scopes: Scopes) -> None:
    """`using (x)` becomes a condition; a bare x means the first of both that is set."""
    merged: dict[str, list[exp.Expr]] = {}
    if not any(join.args.get("using") for join in select.args.get("joins") or ()):
        return
    before = [select.args["from_"].this]
    for join in select.args["joins"]:
        using = join.args.get("using") or ()
        conditions = []
        for identifier in using:
            name = identifier.name.lower()
            if name not in merged:
                owner = next(s for s in before if name in _lower(scopes.columns(s)))
                merged[name] = [exp.column(name, owner.alias_or_name)]
            right = exp.column(name, join.this.alias_or_name)
            conditions.append(_first_set(merged[name]).eq(right.copy()))
            if join.side in ("FULL", "RIGHT"):
                merged[name].append(right)
        if using:
            join.set("using", None)
            join.set("on", exp.and_(*conditions, copy=False))
        before.append(join.this)
    _merge_stars(select, merged, scopes)
    for column in own_of(select, exp.Column):
        if not column.table and column.name.lower() in merged:
            value = _first_set(merged[column.name.lower()])
            is_shown = column.parent is select and column.arg_key == "expressions"
            column.replace(exp.alias_(value, column.name) if is_shown else value)


def _merge_stars(select: exp.Select, merged: dict[str, list[exp.Expr]], scopes: Scopes) -> None:
    """A plain star shows a merged column once, where it stands first."""
    for star in [s for s in select.expressions if isinstance(s, exp.Star)]:
        if star.args.get("except_") or star.args.get("replace"):
            raise UntranslatableError("a star with `exclude` over a join with `using`")
        shown, seen = [], set()
        for source in sources(select):
            for name in scopes.columns(source):
                if name.lower() in merged and name.lower() in seen:
                    continue
                seen.add(name.lower())
                bare = name.lower() in merged
                shown.append(exp.column(name, None if bare else source.alias_or_name))
        _put(select, star, shown)


def _first_set(values: list[exp.Expr]) -> exp.Expr:
    copies = [value.copy() for value in values]
    return copies[0] if len(copies) == 1 else exp.Coalesce(this=copies[0], expressions=copies[1:])


def _expand_stars(select: exp.Select, scopes: Scopes) -> None:
    for item in list(select.expressions):
        star = item.this if isinstance(item, exp.Column) else item
        if not isinstance(star, exp.Star):
            continue
        of = item.table.lower() if isinstance(item, exp.Column) else ""
        read = [s for s in sources(select) if not of or s.alias_or_name.lower() == of]
        if not read:
            raise UntranslatableError(f"a star of {of}, which the query does not read")
        left_out = {e.name.lower() for e in star.args.get("except_") or ()}
        replaced = {e.alias.lower(): e.this for e in star.args.get("replace") or ()}
        if star.args.get("rename"):
            raise UntranslatableError("`* rename`")
        shown: list[exp.Expr] = []
        for source in read:
            for name in scopes.columns(source):
                if name.lower() in replaced:
                    shown.append(exp.alias_(replaced[name.lower()].copy(), name, quoted=True))
                elif name.lower() not in left_out:
                    shown.append(exp.column(name, source.alias_or_name or None))
        _put(select, item, shown)


def _put(select: exp.Select, item: exp.Expr, shown: list[exp.Expr]) -> None:
    listed = list(select.expressions)
    place = next(i for i, found in enumerate(listed) if found is item)
    select.set("expressions", [*listed[:place], *shown, *listed[place + 1 :]])


def _expand_aliases(select: exp.Select, scopes: Scopes) -> None:
    """DuckDB lets other clauses, and later columns, use the name of a column of the result."""
    named = {e.alias.lower(): e.this for e in select.expressions if isinstance(e, exp.Alias)}
    if not named:
        return
    clauses = [select.args.get(p) for p in ("where", "group", "having", "qualify")]
    used = [
        column
        for part in [*select.expressions, *filter(None, clauses)]
        for column in own(part, exp.Column)
        if not column.table and column.name.lower() in named
    ]
    if not used:
        return
    known = {name.lower() for source in sources(select) for name in scopes.columns(source)}
    for column in used:
        value = named[column.name.lower()]
        if column.name.lower() in known or _is_below(column, value):
            continue
        column.replace(exp.paren(value.copy(), copy=False))


def _is_below(node: exp.Expr, top: exp.Expr) -> bool:
    found: exp.Expr | None = node
    while found is not None and found is not top:
        found = found.parent
    return found is top


def is_aggregate(value: exp.Expr) -> bool:
    """Return whether an expression aggregates rows, other than over a window."""
    return any(
        not isinstance(call.parent, exp.Window) and not _is_windowed(call)
        for call in own(value, exp.AggFunc)
    )


def _is_windowed(call: exp.Expr) -> bool:
    parent = call.parent
    while isinstance(parent, exp.Filter | exp.WithinGroup | exp.IgnoreNulls):
        parent = parent.parent
    return isinstance(parent, exp.Window) and not parent.args.get("partition_by_inside")


def _group_by_all(select: exp.Select) -> None:
    group = select.args.get("group")
    if group is None:
        return
    if group.args.get("all"):
        kept = [e.unalias().copy() for e in select.expressions if not is_aggregate(e)]
        kept = [e for e in kept if not isinstance(e, exp.Literal | exp.Null | exp.Boolean)]
        select.set("group", exp.Group(expressions=kept) if kept else None)
        return
    for part in ("grouping_sets", "cube", "rollup"):
        if group.args.get(part):
            raise UntranslatableError(f"`group by {part}`")
    keys = []
    for key in group.expressions:
        place = _place(key)
        keys.append(select.expressions[place - 1].unalias().copy() if place else key)
    group.set("expressions", keys)


def _order_by_places(select: exp.Select) -> None:
    order = select.args.get("order")
    if order and len(order.expressions) == 1 and order.expressions[0].this.name.lower() == "all":
        shown = [exp.Ordered(this=exp.column(n), nulls_first=False) for n in output_names(select)]
        order.set("expressions", shown)
    for term in order.expressions if order else ():
        place = _place(term.this)
        if place:
            shown = select.expressions[place - 1]
            name = shown.alias_or_name
            term.set("this", exp.column(name) if name else shown.unalias().copy())


def _place(value: exp.Expr) -> int:
    return int(value.this) if isinstance(value, exp.Literal) and not value.is_string else 0


def _lower(columns: object) -> set[str]:
    return {str(name).lower() for name in columns}  # pyright: ignore[reportGeneralTypeIssues]

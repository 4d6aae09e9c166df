"""ASOF joins as joins of ranges: each row of the right side is valid until its neighbour."""

from sqlglot import exp

from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.scopes import Scopes

_BOUND = "_bound"
_MIRRORED = {exp.GTE: exp.LTE, exp.GT: exp.LT, exp.LTE: exp.GTE, exp.LT: exp.GT}
_UNTIL: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.GTE: exp.LT, exp.GT: exp.LTE, exp.LTE: exp.GT, exp.LT: exp.GTE,
}  # fmt: skip


def replace_asof(select: exp.Select, scopes: Scopes) -> None:
    """Rewrite `asof join r on l.k = r.k and l.x >= r.y` in place; it stays DuckDB's.

    Of rows of the right side that are equal in keys and `y` one is left, as in DuckDB: the others
    are valid for no time.

    Raises:
        UntranslatableError: The condition has another form.
    """
    for join in select.args.get("joins") or ():
        if (join.args.get("method") or "").upper() == "ASOF":
            _replace(join, scopes)


def _replace(join: exp.Join, scopes: Scopes) -> None:
    right, alias = join.this, join.this.alias_or_name
    keys: list[exp.Expr] = []
    found: list[tuple[type[exp.Expr], exp.Expr, exp.Expr]] = []
    for condition in join.args["on"].flatten():
        kind, ours, theirs = type(condition), condition.this, condition.expression
        if isinstance(ours, exp.Column) and ours.table == alias:
            ours, theirs = theirs, ours
            kind = _MIRRORED.get(kind, kind)
        if not (isinstance(theirs, exp.Column) and theirs.table == alias):
            raise UntranslatableError("an asof join whose condition names no column of its table")
        if kind is exp.EQ:
            keys.append(exp.column(theirs.name))
        elif kind in _UNTIL:
            found.append((kind, ours, theirs))
        else:
            raise UntranslatableError("an asof join by another condition")
    if len(found) != 1:
        raise UntranslatableError("an asof join without one inequality")
    ((kind, ours, theirs),) = found
    neighbour = exp.Lead if kind in (exp.GTE, exp.GT) else exp.Lag
    order = exp.Ordered(this=exp.column(theirs.name), nulls_first=False)
    window = exp.Window(
        this=neighbour(this=exp.column(theirs.name)),
        partition_by=keys,
        order=exp.Order(expressions=[order]),
    )
    shown = [exp.column(name, alias) for name in scopes.columns(right)]
    source = right.copy()
    inner = exp.select(*shown, exp.alias_(window, _BOUND)).from_(source)
    join.set("this", exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier(alias))))
    join.set("method", None)
    bound = exp.column(_BOUND, alias)
    until = exp.or_(
        exp.Is(this=bound, expression=exp.Null()),
        _UNTIL[kind](this=ours.copy(), expression=bound.copy()),
    )
    join.set("on", exp.and_(join.args["on"], until))

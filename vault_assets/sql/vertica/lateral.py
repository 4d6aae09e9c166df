"""Views with parameters called for each row of a table, as joins.

The values that are asked for are joined into the innermost queries that name a parameter, and pass
through every query around them as a further column, also of its groups and windows.
"""

from collections.abc import Callable, Mapping

import sqlglot
from sqlglot import exp

from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.normalizing import is_aggregate, own_of
from vault_assets.sql.vertica.scopes import sources
from vault_assets.sql.vertica.twin import Macro

Given = Mapping[str, exp.Expr]
Known = Callable[[exp.Table], tuple[Macro, Given] | None]


def joined(table: exp.Table, macro: Macro, given: Given, known: Known) -> None:
    """Replace a call whose arguments are columns of another table, in place.

    Args:
        table: The call, in a cross join.
        macro: The view.
        given: Its arguments by name; columns are of one table that stands before.
        known: Gives the view and the arguments of another call; None of a table.

    Raises:
        UntranslatableError: The call, or a query of the view, has another form.
    """
    join, select = table.parent, table.parent_select
    columns = {
        name: column
        for name, value in given.items()
        if (column := argument_column(value)) is not None
    }
    if not isinstance(join, exp.Join) or join.side or join.args.get("on") or select is None:
        raise UntranslatableError("a view called for each row, but in no cross join")
    if any(star for star in select.expressions if star.is_star):
        raise UntranslatableError("a star beside a view called for each row")
    owner = next(iter(columns.values())).table
    asked = next((s for s in sources(select) if s.alias_or_name == owner), None)
    if asked is None or any(c.table != owner for c in columns.values()):
        raise UntranslatableError("a view called with columns of several tables")
    carried = {name: f"_given_{name}" for name in columns}
    wanted = exp.select(
        *(exp.alias_(column.copy(), carried[name]) for name, column in columns.items())
    ).distinct()
    wanted = wanted.from_(asked.copy())
    query = sqlglot.parse_one(macro.body, read="duckdb")
    fixed = {name: value for name, value in given.items() if name not in columns}
    _substitute(query, fixed)
    _Spread(wanted, known).query(query, carried, {}, force=True)
    alias = table.alias or table.name
    table.replace(exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(alias))))
    matches = [exp.column(carried[name], alias).eq(value.copy()) for name, value in columns.items()]
    join.set("kind", "INNER")
    join.set("on", exp.and_(*matches))


def argument_column(value: exp.Expr) -> exp.Column | None:
    """Return the column that an argument is, perhaps within a cast; None if it is another."""
    bare = value.this if isinstance(value, exp.Cast) else value
    return bare if isinstance(bare, exp.Column) else None


def _substitute(query: exp.Expr, given: Given) -> None:
    for column in list(query.find_all(exp.Column)):
        if not column.table and column.name in given:
            column.replace(exp.paren(given[column.name].copy()))


class _Spread:
    """Carries the wanted values through the queries of a view."""

    def __init__(self, wanted: exp.Query, known: Known) -> None:
        self.wanted = wanted
        self.known = known
        self.number = 0

    def query(
        self, query: exp.Expr, carried: Mapping[str, str], ctes: dict[str, bool], *, force: bool
    ) -> bool:
        """Change a query in place; return whether it has the carried columns now."""
        ctes = dict(ctes)
        with_ = query.args.get("with_")
        for cte in with_.expressions if with_ else ():
            ctes[cte.alias] = self.query(cte.this, carried, ctes, force=False)
        if isinstance(query, exp.SetOperation):
            sides = (query.this, query.expression)
            force = force or any(_names(side, carried) for side in sides)
            left, right = (self.query(side, carried, ctes, force=force) for side in sides)
            return left and right
        if not isinstance(query, exp.Select):
            raise UntranslatableError("a view of another form called for each row")
        return self._select(query, carried, ctes, force=force)

    def _select(
        self, select: exp.Select, carried: Mapping[str, str], ctes: dict[str, bool], *, force: bool
    ) -> bool:
        having = [s.alias_or_name for s in sources(select) if self._carries(s, carried, ctes)]
        used = [c for c in own_of(select, exp.Column) if not c.table and c.name in carried]
        if not (having or used or force):
            return False
        if select.args.get("limit") or any(e.is_star for e in select.expressions):
            raise UntranslatableError("a view with `limit` or a star called for each row")
        if not having:
            self.number += 1
            alias = f"given{self.number}"
            driver = exp.Subquery(
                this=self.wanted.copy(), alias=exp.TableAlias(this=exp.to_identifier(alias))
            )
            select.join(driver, join_type="cross", copy=False)
            having = [alias]
        first, *others = having
        for other in others:
            for name in carried.values():
                select.where(exp.column(name, other).eq(exp.column(name, first)), copy=False)
        for column in used:
            column.replace(exp.column(carried[column.name], first))
        keys = [exp.column(name, first) for name in carried.values()]
        for window in own_of(select, exp.Window):
            window.set("partition_by", [*window.args.get("partition_by", []), *map(_copy, keys)])
        group = select.args.get("group")
        if group is not None:
            group.set("expressions", [*group.expressions, *map(_copy, keys)])
        elif any(is_aggregate(e) for e in select.expressions):
            raise UntranslatableError("a view of one row called for each row")
        select.select(*keys, copy=False)
        return True

    def _carries(self, source: exp.Expr, carried: Mapping[str, str], ctes: dict[str, bool]) -> bool:
        if isinstance(source, exp.Subquery):
            return self.query(source.this, carried, ctes, force=False)
        found = self.known(source) if isinstance(source, exp.Table) else None
        if found is None:
            return isinstance(source, exp.Table) and not source.db and ctes.get(source.name, False)
        macro, given = found
        inner = {
            name: carried[column.name]
            for name, value in given.items()
            if (column := argument_column(value)) is not None and column.name in carried
        }
        query = sqlglot.parse_one(macro.body, read="duckdb")
        _substitute(query, {name: value for name, value in given.items() if name not in inner})
        self.query(query, inner, {}, force=bool(inner))
        alias = exp.TableAlias(this=exp.to_identifier(source.alias_or_name))
        source.replace(exp.Subquery(this=query, alias=alias))
        return bool(inner)


def _names(query: exp.Expr, carried: Mapping[str, str]) -> bool:
    return any(not c.table and c.name in carried for c in query.find_all(exp.Column))


def _copy(value: exp.Expr) -> exp.Expr:
    return value.copy()

"""Scopes: what a query reads, and the columns and types of it, as the twin tells them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import duckdb
from sqlglot import exp

from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.twin import Schema

Columns = Mapping[str, str]
Node = TypeVar("Node", bound=exp.Expr)


def sources(select: exp.Select) -> list[exp.Expr]:
    """Return what a select reads, in order: tables, subqueries, values."""
    found = [select.args["from_"].this] if select.args.get("from_") else []
    return found + [join.this for join in select.args.get("joins") or ()]


def own(node: exp.Expr, *kinds: type[Node]) -> list[Node]:
    """Return nodes of these kinds at or below `node` that are in no subquery."""
    found: list[Node] = []

    def visit(part: exp.Expr) -> None:
        if isinstance(part, exp.Query):
            return
        if isinstance(part, kinds):
            found.append(part)
        for child in part.iter_expressions():
            visit(child)

    visit(node)
    return found


def selects(tree: exp.Expr) -> list[exp.Select]:
    """Return all selects of a statement, inner ones first."""
    return [n for n in reversed(list(tree.walk(bfs=False))) if isinstance(n, exp.Select)]


@dataclass
class Scopes:
    """Answers about one statement, which has to be one of DuckDB still.

    Args:
        schema: Knows the tables.
    """

    schema: Schema
    _known: dict[str, Columns] = field(default_factory=dict)

    def columns(self, source: exp.Expr) -> Columns:
        """Return {column: type} of what a select reads.

        Raises:
            UntranslatableError: A table is not known.
        """
        if isinstance(source, exp.Table) and not self._is_cte(source):
            if not isinstance(source.this, exp.Identifier):
                return self._described(source, f"select * from {_written(source)}")
            found = self.schema.columns((source.db or None, source.name))
            if found is None:
                raise UntranslatableError(f"table {source.sql('duckdb')} is not known")
            return _renamed(found, source)
        return self._described(source, f"select * from {_written(source)}")

    def type_of(self, value: exp.Expr) -> str:
        """Return DuckDB's type of an expression in its place.

        Raises:
            UntranslatableError: The twin cannot tell.
        """
        query = value.find_ancestor(exp.Select)
        if query is None:
            return next(iter(self.schema.describe(f"select {value.sql('duckdb')}").values()))
        asked = exp.select(value.copy())
        for part in ("from_", "joins"):
            asked.set(part, _copied(query.args.get(part)))
        grouped = asked.copy()
        grouped.set("group", _copied(query.args.get("group")))
        # Operands of aggregates have no group, what stands beside them has; and both may name
        # columns of the queries around.
        error: UntranslatableError | None = None
        for attempt in (asked, grouped, _with_outer(asked, query), _with_outer(grouped, query)):
            try:
                return next(iter(self._described(value, attempt.sql("duckdb")).values()))
            except UntranslatableError as failed:
                error = error or failed
        assert error is not None  # noqa: S101  each attempt failed
        raise error

    def output(self, query: exp.Query) -> Columns:
        """Return {column: type} of a query in its place."""
        return self._described(query, query.sql("duckdb"))

    def _described(self, place: exp.Expr, query: str) -> Columns:
        before = ", ".join(_visible_ctes(place))
        head = f"with {before} " if before else ""
        text = f"{head}select * from ({query}) as described"
        if text not in self._known:
            try:
                self._known[text] = self.schema.describe(text)
            except duckdb.Error as error:
                told = str(error).partition("\n")[0]
                raise UntranslatableError(f"the twin cannot describe a part: {told}") from error
        return self._known[text]

    @staticmethod
    def _is_cte(table: exp.Table) -> bool:
        return not table.db and any(
            cte.alias.lower() == table.name.lower() for cte in _ctes_before(table)
        )


def _ctes_before(node: exp.Expr) -> Iterator[exp.CTE]:
    """Give the CTEs that a node can read, the nearest first."""
    child, parent = node, node.parent
    while parent is not None:
        with_ = parent.args.get("with_")
        if with_ is not None and with_ is not child:
            yield from reversed(with_.expressions)
        if isinstance(parent, exp.With):
            places = [cte is child for cte in parent.expressions]
            last = places.index(True) + bool(parent.args.get("recursive"))
            yield from reversed(parent.expressions[:last])
        child, parent = parent, parent.parent


def _visible_ctes(node: exp.Expr) -> list[str]:
    found: dict[str, str] = {}
    recursive = ""
    for cte in _ctes_before(node):
        found.setdefault(cte.alias.lower(), cte.sql("duckdb"))
        if cte.parent and cte.parent.args.get("recursive"):
            recursive = "recursive "
    listed = list(reversed(found.values()))
    return [recursive + listed[0], *listed[1:]] if listed else []


def outer_select(select: exp.Select) -> exp.Select | None:
    """Return the select whose columns a subquery may name; None if it is none of a condition."""
    parent = select.parent
    while parent is not None and not isinstance(parent, exp.Select):
        if isinstance(parent, exp.CTE | exp.From | exp.Join):
            return None
        parent = parent.parent
    return parent


def _with_outer(asked: exp.Select, query: exp.Select) -> exp.Select:
    asked = asked.copy()
    inside = {source.alias_or_name for source in sources(query)}
    outer = outer_select(query)
    while outer is not None:
        for source in sources(outer):
            if source.alias_or_name not in inside:
                inside.add(source.alias_or_name)
                asked = asked.join(source.copy(), join_type="cross", copy=False)
        outer = outer_select(outer)
    return asked


def _renamed(columns: Columns, source: exp.Table) -> Columns:
    alias = source.args.get("alias")
    names = [column.name for column in alias.columns] if alias else []
    shown = [*names, *list(columns)[len(names) :]]
    return dict(zip(shown, columns.values(), strict=True))


def _written(source: exp.Expr) -> str:
    return source.sql("duckdb")


def _copied(part: exp.Expr | list[exp.Expr] | None) -> object:
    if isinstance(part, list):
        return [item.copy() for item in part]
    return part.copy() if part else None

"""Push what a select reads into a derived table, with further columns computed there."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.scopes import sources


@dataclass
class Names:
    """Names of derived tables, each once in a statement."""

    numbers: Iterator[int]

    def new(self) -> str:
        """Return a name that no other derived table has."""
        return f"q{next(self.numbers)}"


def output_names(select: exp.Query) -> list[str]:
    """Return the names of a query's columns.

    Raises:
        UntranslatableError: A column has none.
    """
    names = [e.alias_or_name for e in select.selects]
    if not all(names):
        raise UntranslatableError("a column of a derived table without a name")
    return names


def derived(query: exp.Query, alias: str) -> exp.Subquery:
    """Return a query as a table with an alias."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(alias)))


def pushed(select: exp.Select, extras: dict[str, exp.Expr], names: Names) -> None:
    """Let a select read a derived table of what it read before.

    Args:
        select: Changed in place; columns named in `extras` are those of the derived table.
        extras: Further columns of the derived table by name.
        names: Gives the alias.
    """
    alias = names.new()
    read = {source.alias_or_name.lower() for source in sources(select)}
    inner: dict[tuple[str, str], str] = {}
    results = {e.alias.lower() for e in select.expressions if isinstance(e, exp.Alias)}
    parts = [*select.expressions, *(select.args.get(p) for p in ("group", "having", "order"))]
    for part in filter(None, parts):
        in_order = part is select.args.get("order")
        for column in list(part.find_all(exp.Column)):
            if column.name in extras and not column.table:
                column.set("table", exp.to_identifier(alias))
                continue
            if column.table and column.table.lower() not in read:
                continue
            if in_order and not column.table and column.name.lower() in results:
                continue
            name = _inner_name(column, inner)
            moved = exp.column(name, alias)
            moved.meta.update(column.meta)
            shown = column.parent is select and column.arg_key == "expressions"
            column.replace(
                exp.alias_(moved, column.name) if shown and name != column.name else moved
            )
    given = [
        exp.alias_(exp.column(column, table or None), name)
        for (table, column), name in inner.items()
    ]
    query = exp.select(
        *given, *(exp.alias_(value, name) for name, value in extras.items()), copy=False
    )
    for part in ("from_", "joins", "where"):
        query.set(part, select.args.get(part))
        select.set(part, None)
    select.set("from_", exp.From(this=derived(query, alias)))


def _inner_name(column: exp.Column, inner: dict[tuple[str, str], str]) -> str:
    key = (column.table, column.name)
    if key not in inner:
        taken = set(inner.values())
        inner[key] = column.name if column.name not in taken else f"{column.table}_{column.name}"
    return inner[key]

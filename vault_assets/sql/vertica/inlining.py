"""Views with parameters, written out where they are called: Vertica has none."""

import sqlglot
from sqlglot import exp

from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.lateral import argument_column, joined
from vault_assets.sql.vertica.twin import Macro, Schema


def inlined(tree: exp.Expr, schema: Schema) -> None:
    """Replace calls of views with parameters by their queries, in place.

    Raises:
        UntranslatableError: An argument is missing, or the call has a form that no join can have.
    """

    def known(table: exp.Table) -> tuple[Macro, dict[str, exp.Expr]] | None:
        call = table.this
        if not isinstance(call, exp.Anonymous):
            return None
        macro = schema.macro((table.db or None, call.name))
        return (macro, _given(call, macro)) if macro else None

    for table in list(tree.find_all(exp.Table)):
        found = known(table)
        if found is None:
            continue
        macro, given = found
        if any(argument_column(value) is not None for value in given.values()):
            joined(table, macro, given, known)
            continue
        query = sqlglot.parse_one(macro.body, read="duckdb")
        for column in list(query.find_all(exp.Column)):
            if not column.table and column.name in given:
                column.replace(exp.paren(given[column.name].copy()))
        inlined(query, schema)
        alias = table.alias or table.name
        table.replace(exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(alias))))


def _given(call: exp.Anonymous, macro: Macro) -> dict[str, exp.Expr]:
    given = {
        name: sqlglot.parse_one(default, read="duckdb")
        for name, default in macro.parameters.items()
        if default is not None
    }
    places = iter(macro.parameters)
    for argument in call.expressions:
        if isinstance(argument, exp.PropertyEQ):
            given[argument.name] = argument.expression
        else:
            given[next(places)] = argument
    for name in macro.parameters:
        if name not in given:
            raise UntranslatableError(f"view {call.name} without its parameter {name}")
        if argument_column(given[name]) is None and given[name].find(exp.Column):
            raise UntranslatableError(f"view {call.name} called with an expression of a column")
    return given

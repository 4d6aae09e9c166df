"""Views with parameters, written out where they are called: Vertica has none."""

import sqlglot
from sqlglot import exp

from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.twin import Macro, Schema


def inlined(tree: exp.Expr, schema: Schema) -> None:
    """Replace calls of views with parameters by their queries, in place.

    Raises:
        UntranslatableError: An argument is missing, or takes a column of another table.
    """
    for table in list(tree.find_all(exp.Table)):
        call = table.this
        macro = (
            schema.macro((table.db or None, call.name)) if isinstance(call, exp.Anonymous) else None
        )
        if macro is None:
            continue
        query = sqlglot.parse_one(macro.body, read="duckdb")
        given = _given(call, macro)
        for column in list(query.find_all(exp.Column)):
            if not column.table and column.name in given:
                column.replace(exp.paren(given[column.name].copy()))
        inlined(query, schema)
        alias = table.alias or call.name
        table.replace(exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(alias))))


def _given(call: exp.Anonymous, macro: Macro) -> dict[str, exp.Expr]:
    named = {
        name: sqlglot.parse_one(default, read="duckdb")
        for name, default in macro.parameters.items()
        if default is not None
    }
    places = iter(macro.parameters)
    for argument in call.expressions:
        if isinstance(argument, exp.PropertyEQ):
            named[argument.name] = argument.expression
        else:
            named[next(places)] = argument
    for name in macro.parameters:
        if name not in named:
            raise UntranslatableError(f"view {call.name} without its parameter {name}")
        if named[name].find(exp.Column):
            raise UntranslatableError(f"view {call.name} called for each row of another table")
    return named

"""The statements that make a mart a view, or a view with parameters: a table macro."""

from vault_assets.model.marts import Mart, Parameter
from vault_assets.model.names import literal, quoted
from vault_assets.sql import dialect
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.references import references, replaced

VIEW_AS = " as\n"
"""What stands between the name of a view and its query."""


def view_statements(table: TablePlan, mart: Mart, sql: str) -> list[str]:
    """Return the statements that create a mart's view.

    Without parameters that is a view. With parameters it is a macro `name(a, b := default)`, and
    a view of the same name if all of them have a default.

    Args:
        table: The mart.
        mart: Its declaration.
        sql: Its query; parameters are $name.
    """
    query = sql.rstrip().rstrip(";")
    given = mart.view_parameters
    found = []
    if given:
        signature = ", ".join(_declared(parameter, given[parameter]) for parameter in given)
        typed = {p: _cast(quoted(p), given[p]) for p in references(query)}
        body = replaced(query, typed)
        found.append(f"create or replace macro {table.sql}({signature}) as table\n{body}")
    if not mart.is_called:
        values = {p: _cast(_literal(given[p]), given[p]) for p in references(query)}
        found.append(f"create or replace view {table.sql}{VIEW_AS}{replaced(query, values)}")
    return found


def described_call(table: TablePlan, mart: Mart) -> str:
    """Return a query that reads a mart's view as it is made, for its columns."""
    given = mart.view_parameters
    types = (dialect.sql_type(p.type) for p in given.values() if p.default is None)
    values = ", ".join(
        "cast(null as integer)" if t == "bigint" else f"cast(null as {t})" for t in types
    )
    call = f"({values})" if mart.is_called else ""
    return f"select * from {table.sql}{call}"


def _declared(name: str, parameter: Parameter) -> str:
    default = parameter.default is not None
    return f"{quoted(name)} := {_literal(parameter)}" if default else quoted(name)


def _literal(parameter: Parameter) -> str:
    if parameter.type.kind == "integer":
        return str(int(str(parameter.default)))
    return literal(str(parameter.default))


def _cast(sql: str, parameter: Parameter) -> str:
    if parameter.type.kind == "integer":
        return sql  # the width of the number given: there is no date - bigint
    return f"cast({sql} as {dialect.sql_type(parameter.type)})"

"""Queries and row statements of Vertica as statements of DuckDB."""

from dataclasses import dataclass

from sqlglot import ErrorLevel, UnsupportedError, exp

from vault_assets_tests.vertica_server import calling
from vault_assets_tests.vertica_server.calling import Types
from vault_assets_tests.vertica_server.describing import Lookup, insert_columns, known
from vault_assets_tests.vertica_server.faults import syntax, unsupported
from vault_assets_tests.vertica_server.grammar import parsed
from vault_assets_tests.vertica_server.kinds import Kind
from vault_assets_tests.vertica_server.ordering import ordered


@dataclass(frozen=True)
class Translation:
    """What DuckDB runs, and the types that the declared columns give to the result."""

    sql: str
    tree: exp.Expr
    known: tuple[Kind | None, ...] = ()


def translated(text: str, lookup: Lookup, types: Types | None = None) -> Translation:
    """Translate a query, INSERT, UPDATE, DELETE or MERGE.

    Args:
        text: The statement, already rewritten.
        lookup: Finds declared tables.
        types: Gives DuckDB's types of the columns of a query of DuckDB.
    """
    tree = parsed(text)
    declared = tuple(known(tree, lookup)) if isinstance(tree, exp.Query) else ()
    if isinstance(tree, exp.Insert):
        _binary_literals(tree, lookup)
    for node in list(tree.walk(bfs=False))[::-1]:
        if types and isinstance(node, exp.Div) and node.find(exp.Window, exp.Anonymous):
            calling.divide_by_types(node, tree, types)
        else:
            _translate(node)
    for node in list(tree.find_all(exp.Query)):
        tree = ordered(node, tree)
    return Translation(_written(tree), tree, declared)


def expression(text: str) -> str:
    """Translate an expression, such as a default or one of COPY."""
    found = parsed(f"SELECT {text}")
    for node in list(found.walk(bfs=False))[::-1]:
        _translate(node)
    return found.expressions[0].sql("duckdb")


def octets_literal(value: str) -> exp.Expr:
    """Return the binary value that a text with `\\ooo` and `\\\\` escapes means."""
    data, place, raw = bytearray(), 0, value.encode()
    while place < len(raw):
        part = raw[place + 1 : place + 4]
        if raw[place] == 0x5C and len(part) == 3 and all(48 <= b <= 55 for b in part):
            data.append(int(part, 8))
            place += 4
        elif raw[place : place + 2] == b"\\\\":
            data.append(0x5C)
            place += 2
        else:
            data.append(raw[place])
            place += 1
    return exp.Anonymous(this="unhex", expressions=[exp.Literal.string(data.hex())])


def _binary_literals(tree: exp.Insert, lookup: Lookup) -> None:
    values = tree.find(exp.Values)
    if values is None or not values.expressions:
        return
    for item, kind in zip(
        values.expressions[0].expressions, insert_columns(tree, lookup), strict=False
    ):
        if kind.duck == "BLOB" and isinstance(item, exp.Literal) and item.is_string:
            item.replace(octets_literal(item.this))


def _translate(node: exp.Expr) -> None:
    if isinstance(node, exp.Anonymous):
        calling.function(node)
    elif isinstance(node, exp.Div):
        node.replace(
            calling.call("v_div", calling.number(node.this), calling.number(node.expression))
        )
    elif isinstance(node, exp.IntDiv):
        node.replace(calling.call("v_intdiv", node.this, node.expression))
    elif isinstance(node, exp.Cast):
        node.replace(calling.cast(node))
    elif isinstance(node, exp.IgnoreNulls):
        _ignoring(node)
    elif isinstance(node, exp.Subquery):
        _named(node)
    elif isinstance(node, exp.WithinGroup):
        calling.within_group(node)
    elif isinstance(node, exp.Column) and node.name.lower() == "sysdate" and not node.table:
        node.replace(calling.call("getdate"))


def _written(tree: exp.Expr) -> str:
    """Write the statement; what DuckDB has no words for must not fall away."""
    try:
        return tree.sql("duckdb", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise unsupported(str(error)) from None


def _ignoring(node: exp.IgnoreNulls) -> None:
    """DuckDB writes IGNORE NULLS behind the last argument of the function."""
    if not isinstance(node.parent, exp.Window):
        node.replace(exp.Var(this=f"{node.this.sql('duckdb')} IGNORE NULLS"))
        return
    called = node.this
    *first, last = called.expressions
    spoken = exp.Var(this=f"{last.sql('duckdb')} IGNORE NULLS")
    node.replace(calling.call(str(called.this), *first, spoken))


def _named(node: exp.Subquery) -> None:
    if isinstance(node.parent, exp.From | exp.Join) and not node.alias:
        raise syntax("subquery in FROM must have an alias")

"""Values: casts, arithmetic and aggregates of DuckDB as Vertica's."""

from sqlglot import exp

from vault_assets.sql.vertica.building import (
    TYPE,
    Handler,
    arguments,
    call,
    cast,
    is_type,
    nonzero,
    number,
    paren,
)
from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.texts import as_one_text, as_text
from vault_assets.sql.vertica.types import TEXTUAL, vertica_type


def converted(node: exp.Expr) -> exp.Expr:
    """Return a cast."""
    value, kind = node.this, node.args["to"].sql("duckdb")
    if isinstance(value, exp.Unhex):
        raise UntranslatableError("unhex")
    if kind.upper() in TEXTUAL | {"TEXT"}:
        if isinstance(value, exp.Anonymous) and value.name == "BIT_XOR":
            return call("TO_HEX", value)
        if isinstance(value, exp.Null):
            return cast(value, "VARCHAR(1)")  # a union takes the longest of its sides
        return as_text(value)
    to = vertica_type(kind)
    if to == "INT" and _is_hexadecimal(value):
        return call("HEX_TO_INTEGER", value)
    if to == "INT" and value.meta.get(TYPE) in ("DOUBLE", "FLOAT"):
        value = call("ROUND", value)
    return cast(value, to)


def _is_hexadecimal(value: exp.Expr) -> bool:
    """Whether a text begins with `0x`: a cast of it is none on Vertica."""
    first = value.unnest()
    while isinstance(first, exp.DPipe):
        first = first.this.unnest()
    return isinstance(first, exp.Literal) and first.is_string and first.name == "0x"


def try_cast(node: exp.Expr) -> exp.Expr:
    """Return a cast that gives NULL where it fails."""
    kind = node.args["to"].sql("duckdb").upper()
    if kind == "JSON":
        return node.this
    return exp.TryCast(this=paren(node.this), to=exp.Var(this=vertica_type(kind)))


def divide(node: exp.Expr) -> exp.Expr:
    """Return `a / b` as FLOAT, NULL where b is 0."""
    return exp.Div(this=cast(node.this, "FLOAT"), expression=nonzero(node.expression))


def int_divide(node: exp.Expr) -> exp.Expr:
    """Return `a // b`, NULL where b is 0."""
    return exp.IntDiv(this=paren(node.this), expression=nonzero(node.expression))


def modulo(node: exp.Expr) -> exp.Expr:
    """Return MOD, NULL where b is 0."""
    return call("MOD", node.this.unnest(), nonzero(node.expression.unnest()))


def strict(name: str) -> Handler:
    """GREATEST and LEAST skip NULL in DuckDB, and are NULL in Vertica."""

    def handle(node: exp.Expr) -> exp.Expr:
        first, *rest = arguments(node)
        for other in rest:
            both = call(name, first.copy(), other.copy())
            first = call("COALESCE", both, first.copy(), other.copy())
        return first

    return handle


def extreme(name: str) -> Handler:
    """Return MAX or MIN, also of BOOLEAN."""

    def handle(node: exp.Expr) -> exp.Expr:
        if is_type(node.this, "BOOLEAN"):
            return call("BOOL_AND" if name == "MIN" else "BOOL_OR", node.this)
        return call(name, node.this)

    return handle


def avg(node: exp.Expr) -> exp.Expr:
    """Return AVG as FLOAT."""
    return call("AVG", cast(node.this, "FLOAT"))


def rounded(node: exp.Expr) -> exp.Expr:
    """Return ROUND."""
    places = node.args.get("decimals")
    return call("ROUND", node.this, *([places] if places else []))


def count(node: exp.Expr) -> exp.Expr:
    """Return COUNT, also of distinct rows."""
    counted = node.this
    if isinstance(counted, exp.Distinct):
        row = _row(counted.expressions[0]) if len(counted.expressions) == 1 else counted.expressions
        if row is not None and len(row) > 1:
            counted = exp.Distinct(expressions=[as_one_text(row)])
    return call("COUNT", counted or exp.Star())


def _row(value: exp.Expr) -> list[exp.Expr] | None:
    if isinstance(value, exp.Tuple):
        return value.expressions
    if isinstance(value, exp.Anonymous) and value.name.lower() == "row":
        return value.expressions
    return None


def ignore_nulls(node: exp.Expr) -> exp.Expr:
    """Return a call that ignores NULL, said within its parentheses."""
    called = node.this
    if called.name not in ("FIRST_VALUE", "LAST_VALUE", "LAG", "LEAD"):
        return called  # an aggregate, which ignores them anyway
    first, *rest = called.expressions
    return call(called.name, exp.IgnoreNulls(this=first), *rest)


def window_offset(name: str) -> Handler:
    """Return LAG or LEAD."""

    def handle(node: exp.Expr) -> exp.Expr:
        offset, default = node.args.get("offset"), node.args.get("default")
        more = [offset or number(1), default] if default else [offset] if offset else []
        return call(name, node.this, *more)

    return handle


def nullif(node: exp.Expr) -> exp.Expr:
    """Return NULLIF."""
    return call("NULLIF", node.this, node.expression)


def coalesce(node: exp.Expr) -> exp.Expr:
    """Return COALESCE."""
    return call("COALESCE", node.this, *node.expressions)

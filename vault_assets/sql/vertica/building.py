"""Small builders of expressions of Vertica."""

from collections.abc import Callable, Sequence

from sqlglot import exp

Handler = Callable[[exp.Expr], exp.Expr]
"""Makes Vertica's call of DuckDB's, whose arguments are Vertica's already."""

TYPE = "duckdb_type"
"""Key in `meta` of a node: its type in DuckDB."""


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """Return a call as it is written."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def text(value: str) -> exp.Literal:
    """Return a literal text."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    """Return a literal number."""
    return exp.Literal.number(value)


def paren(value: exp.Expr) -> exp.Expr:
    """Return a value in parentheses, unless it needs none."""
    atomic = exp.Column | exp.Literal | exp.Paren | exp.Anonymous | exp.Cast | exp.Case | exp.Null
    return value if isinstance(value, atomic) else exp.Paren(this=value)


def cast(value: exp.Expr, to: str) -> exp.Expr:
    """Return a cast to a type of Vertica."""
    return exp.Cast(this=value, to=exp.Var(this=to))


def case(
    branches: Sequence[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr | None = None
) -> exp.Case:
    """Return a CASE."""
    return exp.Case(
        ifs=[exp.If(this=condition, true=value) for condition, value in branches],
        default=otherwise,
    )


def is_null(value: exp.Expr) -> exp.Expr:
    """Return the condition that a value is NULL."""
    return exp.Is(this=value, expression=exp.Null())


def is_type(value: exp.Expr, *kinds: str) -> bool:
    """Return whether the noted type of a value is one of these."""
    return value.meta.get(TYPE) in kinds


def nonzero(value: exp.Expr) -> exp.Expr:
    """Return a divisor that is NULL instead of zero, for Vertica raises an error there."""
    bare = value.unnest()
    if isinstance(bare, exp.Anonymous) and bare.name == "NULLIF":
        return value
    if isinstance(bare, exp.Literal) and not bare.is_string and float(bare.this):
        return value
    return call("NULLIF", bare, number(0))


def arguments(node: exp.Expr) -> list[exp.Expr]:
    """Return the arguments of a call in order."""
    found: list[exp.Expr] = []
    for key in node.arg_types:
        held = node.args.get(key)
        if isinstance(held, exp.Expr):
            found.append(held)
        elif isinstance(held, list):
            found += held
    return found

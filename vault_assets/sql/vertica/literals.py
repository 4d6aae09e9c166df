"""Values as literals: a closed list of types, so that no value can end as SQL."""

import datetime as dt
import math
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlglot import exp

from vault_assets.sql.vertica.errors import UntranslatableError


def literal_node(value: Any) -> exp.Expr:
    """Return a value as the tree of a literal.

    Args:
        value: None, a bool, int, finite float, Decimal, str, date, naive datetime in UTC, UUID, or
            a list of these.

    Raises:
        UntranslatableError: A value of another type. The message names the type only.
    """
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int):
        return _number(str(value))
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return exp.Array(expressions=[literal_node(item) for item in value])
    return _typed(value)


def bound(tree: exp.Expr, parameters: Mapping[str, Any] | Sequence[Any] | None) -> exp.Expr:
    """Return the tree with literals in place of its parameters.

    Raises:
        UntranslatableError: A parameter has no value, or one that has no literal.
    """
    rest = iter(parameters) if isinstance(parameters, list | tuple) else iter(())
    given = parameters if isinstance(parameters, Mapping) else {}

    def replaced(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Placeholder | exp.Parameter):
            return node
        if node.name and not node.name.isdigit():
            if node.name not in given:
                raise UntranslatableError(f"parameter ${node.name} has no value")
            return literal_node(given[node.name])
        try:
            return literal_node(next(rest))
        except StopIteration:
            raise UntranslatableError("a positional parameter has no value") from None

    return tree.transform(replaced, copy=False)


def _typed(value: Any) -> exp.Expr:
    if isinstance(value, float) and math.isfinite(value):
        return _cast(repr(value), "DOUBLE")
    if isinstance(value, Decimal) and value.is_finite():
        _, digits, exponent = value.as_tuple()
        scale = max(0, -int(exponent))
        precision = max(len(digits) + max(0, int(exponent)), scale + 1)
        return _cast(format(value, "f"), f"DECIMAL({precision}, {scale})")
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return _cast(value.isoformat(sep=" ", timespec="microseconds"), "TIMESTAMP")
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return _cast(value.isoformat(), "DATE")
    if isinstance(value, uuid.UUID):
        return _cast(str(value), "UUID")
    raise UntranslatableError(f"a value of type {type(value).__name__} has no literal")


def _number(text: str) -> exp.Expr:
    if text.startswith("-"):
        return exp.Paren(this=exp.Neg(this=exp.Literal.number(text[1:])))
    return exp.Literal.number(text)


def _text(text: str) -> exp.Expr:
    if "\x00" in text:
        raise UntranslatableError("a text with a NUL character has no literal")
    return exp.Literal.string(text)


def _cast(text: str, to: str) -> exp.Expr:
    kind = exp.DataType.build(to, dialect="duckdb")
    return exp.Cast(this=exp.Literal.string(text), to=kind)

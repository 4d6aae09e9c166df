"""Column types of a declaration: `integer`, `text(200)`, `decimal(12,2)`, `timestamp` ..."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

Kind = Literal[
    "integer", "decimal", "float", "boolean", "date", "timestamp", "timestamptz", "text", "uuid"
]

Epoch = Literal["s", "ms", "us"]
"""Unit of a timestamp that is a number since 1970-01-01 in UTC."""

KINDS: tuple[Kind, ...] = (
    "integer",
    "decimal",
    "float",
    "boolean",
    "date",
    "timestamp",
    "timestamptz",
    "text",
    "uuid",
)
_PATTERN = re.compile(r"(?P<kind>[a-z]+)\s*(\(\s*(?P<a>\d+)\s*(,\s*(?P<b>\d+)\s*)?\))?", re.ASCII)
_MAX_PRECISION = 38


@dataclass(frozen=True)
class ColumnType:
    """A column's declared type.

    Args:
        kind: The type's name.
        length: For `text`: the limit in UTF-8 bytes, or None for no limit.
        precision: For `decimal`: all digits, at most 38.
        scale: For `decimal`: digits after the point.
    """

    kind: Kind
    length: int | None = None
    precision: int | None = None
    scale: int | None = None

    def __str__(self) -> str:
        if self.kind == "decimal":
            return f"decimal({self.precision},{self.scale})"
        return f"text({self.length})" if self.length is not None else self.kind


def parse_type(text: Any) -> ColumnType:
    """Parse a type as written in a declaration.

    Args:
        text: `integer`, `float`, `boolean`, `date`, `timestamp`, `timestamptz`, `uuid`, `text`,
            `text(n)` with n in UTF-8 bytes, or `decimal(p,s)`.

    Raises:
        ValueError: The text is no known type, or its parameters make no sense.
    """
    if isinstance(text, ColumnType):
        return text
    match = _PATTERN.fullmatch(str(text).strip())
    kind = match["kind"] if match else ""
    if match is None or kind not in KINDS:
        msg = f"{text!r} is not a type; known: {', '.join(KINDS)}, text(n), decimal(p,s)"
        raise ValueError(msg)
    first, second = match["a"], match["b"]
    if kind == "decimal":
        if first is None or second is None:
            msg = f"{text!r} needs precision and scale, for example decimal(12,2)"
            raise ValueError(msg)
        precision, scale = int(first), int(second)
        if not 0 < precision <= _MAX_PRECISION or scale > precision:
            msg = f"{text!r}: precision is 1 to {_MAX_PRECISION}, scale at most the precision"
            raise ValueError(msg)
        return ColumnType("decimal", precision=precision, scale=scale)
    if kind == "text" and second is None and first != "0":
        return ColumnType("text", length=int(first) if first else None)
    if first is not None:
        msg = f"{text!r}: {kind} takes no such parameters"
        raise ValueError(msg)
    return ColumnType(kind)


Type = Annotated[
    ColumnType,
    BeforeValidator(parse_type),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "type": "string",
            "description": "integer, decimal(p,s), float, boolean, date, timestamp (UTC), "
            "timestamptz, text, text(n) with n in UTF-8 bytes, or uuid",
            "examples": ["integer", "text(200)", "decimal(12,2)", "timestamp"],
        }
    ),
]

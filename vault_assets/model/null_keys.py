"""What a NULL in a part of a key means: the policies, and the values that may stand in for it."""

import datetime as dt
import uuid
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import Field

from vault_assets.model.base import Declared
from vault_assets.model.names import Name
from vault_assets.model.types import ColumnType

_INTEGERS = range(-(2**63), 2**63)


class Placeholder(Declared):
    """A value that is stored and hashed in place of NULL; the data must not hold it."""

    placeholder: str | int | float | bool = Field(
        description="The value; of the type of the key part. Dates and times as quoted text."
    )


NullKey = Literal["reject", "allow", "fail"] | Placeholder
"""Policy of a part of a hub's key."""

NullKeys = Annotated[
    NullKey | dict[Name, NullKey],
    Field(
        union_mode="left_to_right",
        description="What a NULL means, for all key parts or by part. `reject` (default): the row "
        "is quarantined; `allow`: NULL is a value of its own; `placeholder: v`: stored and hashed "
        "as v, which the data must not hold; `fail`: the stage refuses the batch.",
    ),
]

Nulls = Literal["reject", "unknown", "allow", "fail"]
"""Policy of a role of a link."""

RolePolicy = Nulls | Placeholder


def policy_of_role(declared: Nulls | None, of_hub: NullKey) -> RolePolicy:
    """Return what a NULL means in a part of a role's key.

    Args:
        declared: What the link says of the role; None if nothing.
        of_hub: What the hub says of the part. Where the link is silent, a placeholder and `fail`
            hold for the role too.
    """
    if declared is None:
        return of_hub if of_hub == "fail" or isinstance(of_hub, Placeholder) else "reject"
    if declared == "allow" and isinstance(of_hub, Placeholder):
        return of_hub
    return declared


def hashed_null(policy: RolePolicy) -> Any:
    """Return what is hashed for NULL: a placeholder's value, NULL itself (`allow`) or nothing."""
    if isinstance(policy, Placeholder):
        return policy
    return "allow" if policy == "allow" else None


def placeholder_text(policy: Placeholder, declared: ColumnType) -> str:
    """Return a placeholder as text that the database converts to the type of its column.

    Raises:
        ValueError: It is no value of that type.
    """
    value = policy.placeholder
    text = str(value).lower() if isinstance(value, bool) else str(value)
    try:
        found = _converted(text, declared)
    except (ValueError, InvalidOperation):
        found = None
    if found is None:
        msg = f"placeholder {value!r} is no {declared}"
        raise ValueError(msg)
    return found


def _converted(text: str, declared: ColumnType) -> str | None:
    """Return the text in the database's form; None or ValueError if it is none of the type."""
    convert = {
        "integer": lambda: str(int(text)) if int(text) in _INTEGERS else None,
        "decimal": lambda: text if _fits(Decimal(text), declared) else None,
        "boolean": lambda: text if text in {"true", "false"} else None,
        "date": lambda: dt.date.fromisoformat(text).isoformat(),
        "uuid": lambda: str(uuid.UUID(text)),
        "timestamp": lambda: _time(text, zoned=False),
        "timestamptz": lambda: _time(text, zoned=True),
    }
    if declared.kind == "text":
        return text if declared.length is None or len(text.encode()) <= declared.length else None
    return convert[declared.kind]() if declared.kind in convert else None


def _time(text: str, *, zoned: bool) -> str | None:
    time = dt.datetime.fromisoformat(text)
    return time.isoformat(sep=" ") if (time.tzinfo is not None) == zoned else None


def _fits(number: Decimal, declared: ColumnType) -> bool:
    if not number.is_finite():
        return False
    scale, precision = declared.scale or 0, declared.precision or 0
    shifted = number.scaleb(scale)
    return shifted == shifted.to_integral_value() and abs(shifted) < 10**precision

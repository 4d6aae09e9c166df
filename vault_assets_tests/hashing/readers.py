"""Values of golden vectors, read from their texts."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from vault_assets.model.types import ColumnType

_READERS: dict[str, Any] = {
    "integer": int,
    "decimal": Decimal,
    "float": float,
    "boolean": lambda text: text == "true",
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "timestamptz": datetime.fromisoformat,
    "text": str,
    "uuid": UUID,
}


def values_of(texts: Sequence[str | None], types: Sequence[ColumnType]) -> list[Any]:
    """Return the Python values of texts of these types; None is None."""
    pairs = zip(texts, types, strict=True)
    return [None if text is None else _READERS[declared.kind](text) for text, declared in pairs]

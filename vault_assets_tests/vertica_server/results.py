"""What a statement gives back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from vault_assets_tests.vertica_server import kinds
from vault_assets_tests.vertica_server.kinds import Kind


@dataclass(frozen=True)
class Result:
    """What a statement gives.

    Args:
        tag: The command tag.
        fields: Names and types of the columns; None for a statement without rows.
        chunks: The rows, some at a time.
    """

    tag: str
    fields: Sequence[tuple[str, Kind]] | None = None
    chunks: Iterator[list[tuple[Any, ...]]] = field(default_factory=lambda: iter(()))


def number(name: str, value: int, tag: str) -> Result:
    """Return one row with one number."""
    return Result(tag, [(name, kinds.INT)], iter([[(value,)]]))

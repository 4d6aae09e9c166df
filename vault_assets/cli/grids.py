"""Tables for the terminal that lose nothing when it is narrow."""

import os
import sys

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 400


def terminal() -> Console:
    """Return a console; into a file or a pipe it writes lines as long as they are."""
    fixed = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if fixed else _WIDE)


def grid(*columns: str, numbers: frozenset[str] = frozenset()) -> Table:
    """Return a table whose cells are folded, not cut, and never read as markup.

    Args:
        columns: Headers.
        numbers: Those of them that hold numbers: they stand on the right and are not folded.
    """
    made = Table(box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))
    for name in columns:
        made.add_column(
            Text(name),
            justify="right" if name in numbers else "left",
            no_wrap=name in numbers,
            overflow="fold",
        )
    return made


def cells(*values: object) -> list[Text]:
    """Return values as plain text: thousands apart, nothing for None."""
    return [Text(_shown(value)) for value in values]


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)

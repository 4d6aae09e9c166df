"""Identifiers: what a name may be, how it is quoted, and the nearest valid one."""

import difflib
import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator

_NAMES_TOLD = 20
IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def checked(name: str) -> str:
    """Return `name` if it is a valid identifier, else raise ValueError.

    Identifiers are lower-case ASCII letters, digits and underscores, at most 63 characters, and do
    not start with a digit: the common ground of DuckDB, Postgres and Vertica, and of asset keys.
    """
    if not IDENTIFIER.fullmatch(name):
        msg = (
            f"{name!r} is not a valid name: use lower-case letters, digits and underscores, "
            "not starting with a digit, at most 63 characters"
        )
        raise ValueError(msg)
    return name


Name = Annotated[str, AfterValidator(checked)]


def quoted(name: str) -> str:
    """Return `name` as a double-quoted SQL identifier; doubles quotes inside it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as a single-quoted SQL literal; doubles quotes inside it."""
    return "'" + text.replace("'", "''") + "'"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint such as `did you mean 'h_users'?`, or the known names (the first 20)."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "none is declared"
    more = len(names) - _NAMES_TOLD
    return "known: " + ", ".join(names[:_NAMES_TOLD]) + (f" and {more} more" if more > 0 else "")

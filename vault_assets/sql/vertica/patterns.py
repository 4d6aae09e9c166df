"""Patterns of times: strftime's signs as those of TO_CHAR."""

from vault_assets.sql.vertica.errors import UntranslatableError

_SIGNS = {
    "Y": "YYYY", "m": "MM", "d": "DD", "H": "HH24", "M": "MI", "S": "SS", "f": "US", "y": "YY",
    "j": "DDD",
}  # fmt: skip


def time_pattern(pattern: str) -> str:
    """Return a pattern of strftime as one of TO_CHAR.

    Raises:
        UntranslatableError: A sign outside of the closed set.
    """
    found, rest = "", iter(pattern)
    for sign in rest:
        if sign != "%":
            found += f'"{sign}"' if sign.isalpha() else sign
            continue
        following = next(rest, "")
        if following not in _SIGNS:
            raise UntranslatableError(f"strftime with %{following}")
        found += _SIGNS[following]
    return found

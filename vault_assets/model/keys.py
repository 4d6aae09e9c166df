"""Values that are told by the key of an object: a part of it, or a time made of several."""

import re

VALUE = "value"
PARTS = ("year", "month", "day", "hour")
"""Named groups that make a time; the later ones may be left away."""


def check_pattern(pattern: str) -> None:
    """Refuse an expression that tells no value.

    Args:
        pattern: Regular expression with the named group `value`, or with year, month, day, hour
            from the left: `year=(?P<year>...)/month=(?P<month>...)`.

    Raises:
        ValueError: It is no regular expression, or has no such groups.
    """
    try:
        names = set(re.compile(pattern).groupindex)
    except re.error as error:
        msg = f"`from_key` is no regular expression: {error}"
        raise ValueError(msg) from error
    found = [part for part in PARTS if part in names]
    if VALUE in names and found:
        msg = f"`from_key` has the group `value` and {', '.join(found)}: give one or the other"
        raise ValueError(msg)
    if VALUE not in names and (not found or found != list(PARTS[: len(found)])):
        msg = "`from_key` has no group (?P<value>...), nor year, month, day, hour from the left"
        raise ValueError(msg)


def value_of(pattern: str, key: str) -> str | None:
    r"""Return the text that a key tells, or None if it does not fit.

    >>> value_of(r"(?P<year>\d+)/(?P<month>\d+)/(?P<day>\d+)/(?P<hour>\d+)/", "2022/3/07/5/a")
    '2022-03-07 05:00:00'
    """
    match = re.search(pattern, key)
    if match is None:
        return None
    groups = match.groupdict()
    if VALUE in groups:
        return groups[VALUE]
    parts = [groups[part] for part in PARTS if part in groups]
    if any(part is None for part in parts):
        return None
    year, month, day, hour = [*parts, *("1", "1", "0")[len(parts) - 1 :]]
    date = f"{year:>04}-{month:>02}-{day:>02}"
    return f"{date} {hour:>02}:00:00" if len(parts) == len(PARTS) else date

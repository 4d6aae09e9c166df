"""Key patterns: `*` and `?` within a segment, `**` across segments; all else is literal."""

import re

_TOKEN = re.compile(r"(?:(?<=/)|^)\*\*/|\*\*|\*|\?")
_MEANING = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


def is_literal(pattern: str) -> bool:
    """Return whether `pattern` has no wildcard, so that it is the key of one object."""
    return _TOKEN.search(pattern) is None


def folder(pattern: str) -> str:
    """Return the longest folder that holds every match, without a trailing `/`.

    >>> folder("social/users/load_date=*/users.csv")
    'social/users'
    """
    first = _TOKEN.search(pattern)
    literal = pattern[: first.start()] if first else pattern
    return literal.rpartition("/")[0]


def compiled(pattern: str) -> re.Pattern[str]:
    """Return the regular expression that fully matches the keys of `pattern`.

    `**/` also matches no folder at all: `a/**/b.csv` matches `a/b.csv`.
    """
    parts: list[str] = []
    end = 0
    for token in _TOKEN.finditer(pattern):
        parts += [re.escape(pattern[end : token.start()]), _MEANING.get(token[0], "(?:.*/)?")]
        end = token.end()
    return re.compile("".join([*parts, re.escape(pattern[end:])]), re.DOTALL)

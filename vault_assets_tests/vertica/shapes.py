"""The shape of a statement: what its grammar is, without its names, values and repetitions."""

import re

_TEXT = re.compile(r"'(?:[^']|'')*'")
_NAME = re.compile(r'"(?:[^"]|"")*"')
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?\b")


def _inside(depth: int) -> str:
    """Return a pattern of a character, or of parentheses that hold others up to a depth."""
    return rf"(?:[^()]|\({_inside(depth - 1)}*\))" if depth else "[^()]"


# Only whole items of a list count: a part of one followed by another may be no syntax.
_BEGIN = r"(?:(?<=\()|(?<=, )|(?<=SELECT )|(?<=BY ))"
_END = r"(?=[,)]| FROM |$)"
_ITEM = r'(?:"i"\.)?"i"(?: AS "i")?'
_NAMES = rf"{_BEGIN}{_ITEM}(?:, {_ITEM})+{_END}"
_EQUALS = rf"{_BEGIN}(?P<item>(?:(?!, ){_inside(3)})+)(?:, (?P=item))+{_END}"
_OPERANDS = rf"(?P<item> (?:UNION ALL|CROSS JOIN|\|\||\+) {_inside(2)}+?)(?P=item)+(?=[ )]|$)"
_REPEATED = [
    (re.compile(_NAMES), '"i"'),
    (re.compile(_EQUALS), r"\g<item>"),
    (re.compile(_OPERANDS), r"\g<item>"),
]


def shape(sql: str) -> str:
    """Return a statement in which all names, texts and numbers are the same.

    A list of names is one name, and of equal neighbours in a list one is left. So statements that
    differ by tables and columns have one shape, which is syntax if they are.
    """
    text = _NUMBER.sub("1", _NAME.sub('"i"', _TEXT.sub("'x'", sql)))
    text = re.sub(r"\s+", " ", text).replace("( ", "(").replace(" )", ")")
    before = ""
    while text != before:
        before = text
        for pattern, kept in _REPEATED:
            text = pattern.sub(kept, text)
    return text

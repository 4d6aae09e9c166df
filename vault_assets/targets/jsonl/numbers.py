"""Numbers: the exact text of a JSON number, which the engine's JSON reader may have rounded.

The reader keeps integers of any size, but takes a number with a point or an exponent for a double:
12345678901234567890.12 comes out as 12345678901234567000.0. Where that may have happened, the line
is written anew with every number in quotes, and read once more. To tell the two apart afterwards,
a letter is added on the way: the text "ab" becomes "abn", the number 1.50 becomes "n1.50". A number
ends in a digit and a nested value in a bracket, so the last character says what a value was.
"""

from collections.abc import Iterable

from vault_assets.model.names import literal
from vault_assets.targets.jsonl.doubt import NESTED, ROUNDED

_STRING = r'"((?:[^"\\]|\\.)*)"'
_NUMBER = r"(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
SUFFIX = "n"
"""What the keys of a line end with after `marked`."""


def marked(line: str) -> str:
    """Return SQL: a valid JSON text with all its numbers in quotes, and the letter added."""
    return f"""regexp_replace({line}, {literal(f"(?s:{_STRING}|{_NUMBER})")}, '"\\1n\\2"', 'g')"""


def unmarked(value: str) -> str:
    """Return SQL: the exact text of a value that was extracted from a marked line."""
    numbers = literal(r'"n([-+.eE0-9]+)"')
    # Quotes inside of texts follow a backslash, so these are the ones that end a text.
    nested = f"""replace(regexp_replace({value}, {numbers}, '\\1', 'g'), 'n"', '"')"""
    return (
        f"case when ends_with({value}, 'n') then {value}[:-2] "
        f"when right({value}, 1) in ('}}', ']') then {nested} "
        f"when starts_with({value}, 'n') then {value}[2:] else {value} end"
    )


def inexact(kind: str, value: str) -> str | None:
    """Return a condition: the text, in a line of doubt, may differ from what is written.

    None if it never does: a double gives its own shortest text back, and other types take no number
    with a point.

    Args:
        kind: What the text is read as: `integer`, `decimal`, `text` or another kind of type.
        value: SQL of the extracted text.
    """
    if kind in ("integer", "decimal"):
        return f"(contains({value}, '.') or contains({value}, 'e'))"
    if kind == "text":
        return f"({_is_nested(value)} or {_is_number(value)})"
    return None


def doubt(values: Iterable[tuple[str, str]]) -> str:
    """Return a condition: a line must be read again with care. See `doubt.doubted`.

    Args:
        values: Kind and SQL of each text for which there is an `inexact`.
    """
    values = tuple(values)
    numbers = [inexact(kind, value) for kind, value in values if kind != "text"]
    texts = [value for kind, value in values if kind == "text"]
    # A text column shows 1.50 as it is written, so its numbers are in doubt in any line. Texts do
    # not often begin with a digit, and the comparison is cheap.
    parts = [_is_number(text) for text in texts]
    if texts:
        parts.append(f"({NESTED} and ({' or '.join(_is_nested(text) for text in texts)}))")
    if numbers:
        parts.append(f"({ROUNDED} and ({' or '.join(map(str, numbers))}))")
    return " or ".join(parts)


def _is_nested(value: str) -> str:
    return f"(starts_with({value}, '{{') or starts_with({value}, '['))"


def _is_number(value: str) -> str:
    number = literal(r"0|-?[0-9]+[.eE][-+.eE0-9]*")
    return f"({value} < ':' and regexp_full_match({value}, {number}))"

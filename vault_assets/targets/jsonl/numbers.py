"""Numbers: the exact text of a JSON number, which the engine's JSON reader may have rounded.

The reader keeps integers of any size, but takes a number with a point or an exponent for a double:
12345678901234567890.12 comes out as 12345678901234567000.0. Where that may have happened, the line
is written anew with every number in quotes, and read once more. To tell the two apart afterwards,
a letter is added on the way: the text "ab" becomes "abn", the number 1.50 becomes "n1.50". A number
ends in a digit and a nested value in a bracket, so the last character says what a value was.
"""

from vault_assets.model.names import literal

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


def rounded(kind: str, value: str, line: str) -> str | None:
    """Return a condition: the extracted text may differ from the number's; None if it never does.

    A double gives its own shortest text back, and other types take no number with a point.

    Args:
        kind: What the text is read as: `integer`, `decimal`, `text` or another kind of type.
        value: SQL of the extracted text.
        line: SQL of the line.
    """
    # A point or an exponent: 0.0000001 comes out as 1e-7.
    double = f"(contains({value}, '.') or contains({value}, 'e'))"
    if kind == "integer":
        # 27.0, which then stands in the line like that. Where it only stands for another value,
        # 27.00000000000000000001 passes for 27: as equal as doubles are.
        there = f"(contains({line}, {value} || ',') or contains({line}, {value} || '}}'))"
        return f"({double} and not (strlen({value}) < 18 and {there}))"
    if kind == "decimal":
        # A double keeps 15 digits: it takes a longer number in the line to lose one.
        long = f"regexp_matches({line}, '[0-9.]{{17}}|[0-9][eE]')"
        return f"({double} and (contains({value}, 'e') or {long}))"
    if kind == "text":
        number = literal(r"0|-?[0-9]+[.eE][-+.eE0-9]*")
        nested = f"starts_with({value}, '{{') or starts_with({value}, '[')"
        # The comparison is cheap, and decides nearly every text.
        return f"({nested} or ({value} < ':' and regexp_full_match({value}, {number})))"
    return None

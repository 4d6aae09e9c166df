"""References to parameters in a query, $name: found and replaced where they are no text."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from sqlglot import TokenType
from sqlglot.dialects import DuckDB


def references(sql: str) -> list[str]:
    """Return the names of the parameters that a query refers to, each once."""
    return list(dict.fromkeys(name for name, _, _ in _places(sql)))


def replaced(sql: str, values: Mapping[str, str]) -> str:
    """Return a query with the SQL of `values` in place of $name.

    Raises:
        KeyError: It refers to a parameter that has no value.
    """
    parts, end = [], 0
    for name, first, last in _places(sql):
        parts += [sql[end:first], values[name]]
        end = last
    return "".join([*parts, sql[end:]])


def _places(sql: str) -> Iterator[tuple[str, int, int]]:
    tokens = DuckDB().tokenize(sql)
    for sign, name in pairwise(tokens):
        if sign.token_type == TokenType.PARAMETER and name.start == sign.end + 1:
            yield name.text, sign.start, name.end + 1

"""What DuckDB or the Postgres grammar would take but Vertica refuses: SQLSTATE 42601."""

from collections.abc import Sequence

from vault_assets_tests.vertica_server.faults import Fault, syntax
from vault_assets_tests.vertica_server.lexing import Token, closing

_VERBS = {
    "SELECT", "WITH", "(", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "ALTER", "DROP",
    "TRUNCATE", "COMMENT", "COPY", "COMMIT", "END", "ROLLBACK", "ABORT", "BEGIN", "START", "SET",
    "GRANT", "REVOKE", "EXPLAIN", "SAVEPOINT", "RELEASE",
}  # fmt: skip
_PHRASES = (
    ("QUALIFY",), ("CREATE", "OR", "REPLACE", "TABLE"), ("CREATE", "OR", "REPLACE", "TEMP"),
    ("ON", "CONFLICT"), ("INSERT", "OR"), ("RETURNING",), ("*", "EXCLUDE"), ("*", "REPLACE"),
    ("*", "RENAME"), ("GROUP", "BY", "ALL"), ("ORDER", "BY", "ALL"), ("FILTER", "("),
    ("ASOF",), ("SEMI", "JOIN"), ("ANTI", "JOIN"), ("POSITIONAL", "JOIN"), ("TRY_CAST",),
    ("PIVOT",), ("UNPIVOT",), ("LATERAL",), ("STRUCT_PACK",), ("COLUMNS", "("), ("SUMMARIZE",),
    ("DISTINCT", "ON"), ("{",), ("}",), ("->",), ("->>",), ("=>",), ("USING", "SAMPLE"),
    ("TABLESAMPLE",), ("IS", "DISTINCT"), ("IS", "NOT", "DISTINCT"), ("MAP", "{"),
)  # fmt: skip

_NULL_ORDERS = (["NULLS", "FIRST"], ["NULLS", "LAST"])


def check(tokens: Sequence[Token]) -> None:
    """Refuse a statement that is not Vertica's.

    Raises:
        Fault: 42601 with the word where it starts.
    """
    if tokens[0].upper not in _VERBS:
        raise syntax(f'at or near "{tokens[0].text}"')
    words = [token.upper for token in tokens]
    for place in range(len(words)):
        for phrase in _PHRASES:
            if words[place : place + len(phrase)] == list(phrase):
                raise syntax(f'at or near "{tokens[place].text}"')
        _list_literal(tokens, place)
    if words[0] == "DELETE" and "USING" in words:
        raise syntax('at or near "USING"')
    if words[0] != "CREATE" or "SELECT" in words:
        _nulls_in_queries(tokens)
    if words[0] != "MERGE":
        _values(tokens, words)


def _list_literal(tokens: Sequence[Token], place: int) -> None:
    """`[` is for elements of a value only, so it follows a name or a parenthesis."""
    if tokens[place].upper == "[":
        before = tokens[place - 1] if place else None
        if before is None or (before.kind not in {"name", "word"} and before.upper != ")"):
            raise syntax('at or near "["')
        if before.upper in {"SELECT", "ARRAY", "IN", "AND", "OR", "THEN", "ELSE", "BY"}:
            raise syntax('at or near "["')


def _nulls_in_queries(tokens: Sequence[Token]) -> None:
    """NULLS FIRST and LAST belong into windows."""
    inside: list[bool] = []
    words = [token.upper for token in tokens]
    for place, token in enumerate(tokens):
        if token.upper == "(":
            windowed = place > 0 and tokens[place - 1].upper == "OVER"
            inside.append(windowed)
        elif token.upper == ")" and inside:
            inside.pop()
        elif words[place : place + 2] in _NULL_ORDERS and not (inside and inside[-1]):
            raise syntax('at or near "NULLS"', "It is legal in windows only")


def _values(tokens: Sequence[Token], words: Sequence[str]) -> None:
    places = [p for p, word in enumerate(words) if word == "VALUES"]
    if not places:
        return
    if words[0] != "INSERT" or len(places) > 1:
        raise syntax('at or near "VALUES"')
    opening = places[0] + 1
    if opening >= len(tokens) or words[opening] != "(" or words[places[0] - 1] == "(":
        raise syntax('at or near "VALUES"')
    if closing(tokens, opening) != len(tokens) - 1:
        raise syntax('at or near ","', "INSERT takes one row of VALUES")


def function(name: str, known: frozenset[str]) -> None:
    """Refuse a function that Vertica, as far as the stand-in knows, does not have."""
    if name.lower() not in known:
        raise Fault("42883", f"Function {name} does not exist")

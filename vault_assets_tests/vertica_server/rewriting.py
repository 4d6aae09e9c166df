"""Forms that no SQL parser but Vertica's reads, put into words that ours reads."""

from collections.abc import Sequence

from vault_assets_tests.vertica_server.faults import syntax, unsupported
from vault_assets_tests.vertica_server.lexing import Token, by_comma, closing, joined, literal

_FOREIGN = (
    ("INTERPOLATE", "PREVIOUS"), ("AT", "EPOCH"), ("TIMESERIES",), ("MATCH", "("),
)  # fmt: skip


def rewritten(tokens: Sequence[Token], values: Sequence[str] | None = None) -> str:
    """Return SQL text for the parser.

    Args:
        tokens: One statement, query or expression.
        values: SQL literals that take the place of `?`, in order; None leaves them.
    """
    words = [token.upper for token in tokens]
    for place in range(len(words)):
        for phrase in _FOREIGN:
            if tuple(words[place : place + len(phrase)]) == phrase:
                raise unsupported(" ".join(phrase))
    bound = tokens if values is None else _bound(tokens, values)
    return joined(_limit_over(_long_types(_using_parameters(list(bound)))))


def placeholders(tokens: Sequence[Token]) -> int:
    """Return how many `?` there are."""
    return sum(token.upper == "?" for token in tokens)


def _bound(tokens: Sequence[Token], values: Sequence[str]) -> list[Token]:
    rest = iter(values)
    return [_as(t, next(rest)) if t.upper == "?" else t for t in tokens]


def _as(token: Token, text: str) -> Token:
    return Token("given", text, token.start, token.end)


def _long_types(tokens: list[Token]) -> list[Token]:
    """`LONG VARCHAR` in a cast is a VARCHAR."""
    kept = []
    for place, token in enumerate(tokens):
        following = tokens[place + 1].upper if place + 1 < len(tokens) else ""
        if token.upper == "LONG" and following in {"VARCHAR", "VARBINARY"}:
            continue
        kept.append(token)
    return kept


def _using_parameters(tokens: list[Token]) -> list[Token]:
    """`LISTAGG(x USING PARAMETERS separator=',')` becomes `LISTAGG(x, ',', 1024)`."""
    for place, token in enumerate(tokens):
        if token.upper == "LISTAGG" and tokens[place + 1].upper == "(":
            end = closing(tokens, place + 1)
            inside = _listagg(tokens[place + 2 : end])
            return [*tokens[: place + 2], inside, *_using_parameters(tokens[end:])]
    return tokens


def _listagg(inside: list[Token]) -> Token:
    words = [token.upper for token in inside]
    options = {"separator": "','", "max_length": "1024"}
    cut = words.index("USING") if "USING" in words else len(words)
    for part in by_comma(inside[cut + 2 :]):
        if len(part) != 3 or part[1].text != "=" or part[0].text.lower() not in {
            *options, "on_overflow",
        }:  # fmt: skip
            raise syntax(f'at or near "{part[0].text}"')
        value = literal(part[2].value) if part[2].kind != "number" else part[2].text
        options[part[0].text.lower()] = value
    text = f"{joined(inside[:cut])}, {options['separator']}, {options['max_length']}"
    return Token("given", text, inside[0].start, inside[-1].end)


def _limit_over(tokens: list[Token]) -> list[Token]:
    """`LIMIT n OVER (window)` becomes `QUALIFY ROW_NUMBER() OVER (window) <= n`."""
    for place, token in enumerate(tokens):
        words = [t.upper for t in tokens[place : place + 4]]
        if token.upper == "LIMIT" and words[2:] == ["OVER", "("]:
            end = closing(tokens, place + 3)
            window = joined(tokens[place + 3 : end + 1])
            text = f"QUALIFY ROW_NUMBER() OVER {window} <= {tokens[place + 1].text} "
            rest = _limit_over(tokens[end + 1 :])
            given = Token("given", text, token.start, tokens[end].end)
            return [*tokens[:place], given, *rest]
    return tokens

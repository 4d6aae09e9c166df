"""Tokens of Vertica SQL, each with its place in the text; comments and hints fall away."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vault_assets_tests.vertica_server.faults import syntax

_LEX = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<escaped>[eE]'(?:[^'\\]|''|\\.)*')
      | (?P<text>'(?:[^']|'')*')
      | (?P<name>"(?:[^"]|"")*")
      | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)
      | (?P<word>[^\W\d][\w$]*)
      | (?P<op>::!|::|<=>|//|<>|!=|<=|>=|\|\||->>|->|=>|!~\*|!~|~\*|.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"''|\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, "name", 'text', E'escaped' text, number or operator."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """The word or operator in upper case; '' for names and texts."""
        return self.text.upper() if self.kind in {"word", "op", "number"} else ""

    @property
    def value(self) -> str:
        """What a name or text means; words as they are, as Vertica keeps their case."""
        if self.kind == "text":
            return self.text[1:-1].replace("''", "'")
        if self.kind == "name":
            return self.text[1:-1].replace('""', '"')
        if self.kind == "escaped":
            return _ESCAPE.sub(_unescaped, self.text[2:-1])
        return self.text


@dataclass(frozen=True)
class Statement:
    """One statement: its text and tokens, whose places count in that text."""

    source: str
    tokens: tuple[Token, ...]

    def words(self, count: int) -> tuple[str, ...]:
        """Return the first words in upper case."""
        return tuple(token.upper for token in self.tokens[:count])


def split(sql: str) -> list[Statement]:
    """Return the statements of a text that are not empty."""
    found: list[Statement] = []
    current: list[Token] = []
    for token in [*tokens(sql), Token("op", ";", len(sql), len(sql))]:
        if token.text != ";" or token.kind != "op":
            current.append(token)
        elif current:
            found.append(_statement(sql, current))
            current = []
    return found


def tokens(sql: str) -> list[Token]:
    """Return the tokens of a text."""
    found = []
    for match in _LEX.finditer(sql):
        kind, text = str(match.lastgroup), match.group()
        if kind == "op" and text in "'\"":
            raise syntax(f"unterminated quoted text at or near {sql[match.start() :][:20]!r}")
        if kind != "space":
            found.append(Token(kind, text, match.start(), match.end()))
    return found


def closing(tokens_: Sequence[Token], opening: int) -> int:
    """Return the place of the parenthesis that closes the one at `opening`."""
    depth = 0
    for place in range(opening, len(tokens_)):
        depth += {"(": 1, ")": -1}.get(tokens_[place].upper, 0)
        if depth == 0:
            return place
    raise syntax("a parenthesis is not closed")


def by_comma(tokens_: Sequence[Token]) -> list[list[Token]]:
    """Return the parts of a list, which commas outside of parentheses separate."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens_:
        depth += {"(": 1, ")": -1}.get(token.upper, 0)
        if token.upper == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts if tokens_ else []


def joined(tokens_: Sequence[Token]) -> str:
    """Return tokens as SQL text again, with standard quotes only."""
    parts, end = [], None
    for token in tokens_:
        if end is not None and token.start > end:
            parts.append(" ")
        parts.append(literal(token.value) if token.kind == "escaped" else token.text)
        end = token.end
    return "".join(parts)


def literal(value: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def _statement(sql: str, found: list[Token]) -> Statement:
    start = found[0].start
    moved = tuple(Token(t.kind, t.text, t.start - start, t.end - start) for t in found)
    return Statement(sql[start : found[-1].end], moved)


def _unescaped(match: re.Match[str]) -> str:
    hexadecimal, octal, letter = match.groups()
    if match.group() == "''":
        return "'"
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    return chr(int(octal, 8)) if octal else _LETTERS.get(letter, letter)

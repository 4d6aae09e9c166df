"""CREATE TABLE and ALTER TABLE as data: columns, keys and the physical clauses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vault_assets_tests.vertica_server import kinds
from vault_assets_tests.vertica_server.catalog import PUBLIC, Column, Key, Layout, Table
from vault_assets_tests.vertica_server.faults import Fault, syntax
from vault_assets_tests.vertica_server.lexing import Token, by_comma, closing, joined

_PHYSICAL = {"ORDER", "SEGMENTED", "UNSEGMENTED", "PARTITION", "KSAFE", "INCLUDE", "EXCLUDE"}
_ENDS = {
    "NOT", "NULL", "DEFAULT", "PRIMARY", "UNIQUE", "REFERENCES", "CHECK", "ENCODING", "CONSTRAINT",
    "ENABLED", "DISABLED", "ACCESSRANK", "IDENTITY", "AUTO_INCREMENT", "SET",
}  # fmt: skip


@dataclass(frozen=True)
class Creation:
    """A parsed CREATE TABLE; `query` is SQL text of a CTAS or '', `like` another table or ''."""

    table: Table
    if_not_exists: bool
    query: str = ""
    like: tuple[str, str] | None = None
    with_projections: bool = False


def creation(tokens: Sequence[Token], expression: Callable[[str], str]) -> Creation:
    """Parse CREATE TABLE.

    Args:
        tokens: The whole statement.
        expression: Turns a default of Vertica into one of DuckDB.
    """
    local, place = _temporary(tokens)
    if tokens[place].upper != "TABLE":
        raise syntax(f'at or near "{tokens[place].text}"')
    missing_only = _words(tokens, place + 1, 3) == ("IF", "NOT", "EXISTS")
    (schema, name), place = table_name(tokens, place + 4 if missing_only else place + 1)
    rest = tokens[place:]
    table = Table("" if local else schema or PUBLIC, name, (), temporary=local)
    made = Creation(table, missing_only)
    if _words(rest, 0, 1) == ("LIKE",):
        other, place = table_name(rest, 1)
        with_projections = _words(rest, place, 2) == ("INCLUDING", "PROJECTIONS")
        return replace(made, like=other, with_projections=with_projections)
    if _words(rest, 0, 1) == ("(",):
        end = closing(rest, 0)
        columns, keys = _elements(rest[1:end], expression)
        made, rest = (
            replace(made, table=replace(table, columns=columns, keys=keys)),
            rest[end + 1 :],
        )
    if local:
        rest, keeps = _on_commit(rest)
        made = replace(made, table=replace(made.table, keeps_rows=keeps))
    if _words(rest, 0, 1) == ("AS",):
        cut = _first(rest, {"SEGMENTED", "UNSEGMENTED", "KSAFE", "PARTITION"})
        made, rest = replace(made, query=joined(rest[1:cut])), rest[cut:]
        if _words(rest, 0, 1) == ("PARTITION",):
            raise syntax('at or near "PARTITION"', "CREATE TABLE AS takes no PARTITION BY")
    elif not made.table.columns:
        raise syntax("a table needs columns")
    return replace(made, table=replace(made.table, layout=layout(rest)))


def table_name(tokens: Sequence[Token], place: int) -> tuple[tuple[str, str], int]:
    """Read `[schema.]name`; return schema ('' if none) and name, and the place after it."""
    if place >= len(tokens) or tokens[place].kind not in {"word", "name"}:
        raise syntax("a table name is missing")
    parts = [tokens[place].value]
    place += 1
    while place + 1 < len(tokens) and tokens[place].text == ".":
        parts.append(tokens[place + 1].value)
        place += 2
    return (parts[-2] if len(parts) > 1 else "", parts[-1]), place


def column(tokens: Sequence[Token], expression: Callable[[str], str]) -> tuple[Column, list[Key]]:
    """Parse one column with its constraints."""
    if len(tokens) < 2 or tokens[0].kind not in {"word", "name"}:
        raise syntax(f'at or near "{tokens[0].text if tokens else ","}"')
    name = tokens[0].value
    kind, place = kinds.declared(tokens, 1)
    found, keys = Column(name, kind), []
    while place < len(tokens):
        pair = _words(tokens, place, 2)
        if pair == ("NOT", "NULL"):
            found, place = replace(found, nullable=False), place + 2
        elif pair[:1] == ("NULL",):
            place += 1
        elif pair[:1] == ("DEFAULT",):
            end = place + _first(tokens[place + 1 :], _ENDS - {"NULL"} | _PHYSICAL) + 1
            found = replace(found, default=expression(joined(tokens[place + 1 : end])))
            place = end
        elif pair[:1] in {("PRIMARY",), ("UNIQUE",)}:
            what = "primary key" if pair[0] == "PRIMARY" else "unique"
            place += 2 if what == "primary key" else 1
            enabled, place = _enabled(tokens, place)
            keys.append(Key(what, (name,), enabled))
        elif pair[:1] == ("REFERENCES",):
            keys.append(Key("foreign key", (name,)))
            place = len(tokens)
        elif pair[:1] in {("ENCODING",), ("CONSTRAINT",), ("ACCESSRANK",)}:
            place += 2
        else:
            raise syntax(f'at or near "{tokens[place].text}"')
    return found, keys


def key(tokens: Sequence[Token]) -> Key:
    """Parse a table constraint: `[CONSTRAINT name] PRIMARY KEY (a, b) [ENABLED|DISABLED]`."""
    place = 2 if _words(tokens, 0, 1) == ("CONSTRAINT",) else 0
    word = tokens[place].upper
    what = {"PRIMARY": "primary key", "UNIQUE": "unique", "FOREIGN": "foreign key"}.get(word)
    if what is None:
        raise syntax(f'at or near "{tokens[place].text}"')
    place += 1 if what == "unique" else 2
    end = closing(tokens, place)
    names = tuple(part[0].value for part in by_comma(tokens[place + 1 : end]))
    return Key(what, names, _enabled(tokens, end + 1)[0])


def layout(tokens: Sequence[Token]) -> Layout:
    """Parse the physical clauses, which come in this order: sort, segmentation, partition.

    Raises:
        Fault: 42601, another order or an unknown clause.
    """
    found, place = Layout(), 0
    while place < len(tokens):
        end = place + 1 + _first(tokens[place + 1 :], _PHYSICAL)
        words, part = _words(tokens, place, 2), tokens[place:end]
        if words == ("ORDER", "BY") and found == Layout():
            found = replace(found, order_by=_sorted_by(part[2:]))
        elif words[0] in {"SEGMENTED", "UNSEGMENTED"} and not found.partition_by:
            found = replace(found, segmented_by=_segmentation(part))
        elif words == ("PARTITION", "BY"):
            found = replace(found, partition_by=_plain(part[2:]))
        elif words[0] not in {"KSAFE", "INCLUDE", "EXCLUDE"}:
            raise syntax(f'at or near "{tokens[place].text}"')
        place = end
    return found


def _segmentation(part: Sequence[Token]) -> str:
    text = _plain(part)
    if not ("all nodes" in text and ("by" in text or text.startswith("unsegmented"))):
        raise syntax(f'at or near "{part[-1].text}"', "It ends with ALL NODES")
    return text


def _sorted_by(part: Sequence[Token]) -> str:
    if wrong := next((t for t in part if t.upper in {"ASC", "DESC", "NULLS"}), None):
        raise syntax(f'at or near "{wrong.text}"', "A table sorts in one way only")
    return _plain(part)


def _plain(tokens: Sequence[Token]) -> str:
    return joined(tokens).lower()


def _temporary(tokens: Sequence[Token]) -> tuple[bool, int]:
    place = 1
    if _words(tokens, 1, 1) in {("GLOBAL",), ("LOCAL",)}:
        place = 2
    if tokens[place].upper in {"TEMP", "TEMPORARY"}:
        if tokens[1].upper != "LOCAL":
            raise Fault("0A000", "The stand-in has local temporary tables only")
        return True, place + 1
    return False, place


def _on_commit(rest: Sequence[Token]) -> tuple[Sequence[Token], bool]:
    if _words(rest, 0, 2) == ("ON", "COMMIT"):
        return rest[4:], rest[2].upper == "PRESERVE"
    return rest, False


def _elements(
    tokens: Sequence[Token], expression: Callable[[str], str]
) -> tuple[tuple[Column, ...], tuple[Key, ...]]:
    columns: list[Column] = []
    keys: list[Key] = []
    for part in by_comma(tokens):
        if part and part[0].upper in {"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN"}:
            keys.append(key(part))
            continue
        found, own = column(part, expression)
        if any(c.name.lower() == found.name.lower() for c in columns):
            raise Fault("42701", f'Column "{found.name}" specified more than once')
        columns.append(found)
        keys += own
    return tuple(columns), tuple(keys)


def _enabled(tokens: Sequence[Token], place: int) -> tuple[bool, int]:
    word = _words(tokens, place, 1)
    known = word in {("ENABLED",), ("DISABLED",)}
    return word == ("ENABLED",), place + known


def _words(tokens: Sequence[Token], place: int, count: int) -> tuple[str, ...]:
    return tuple(token.upper for token in tokens[place : place + count])


def _first(tokens: Sequence[Token], words: set[str]) -> int:
    """Return the first place outside of parentheses with one of these words, or the end."""
    depth = 0
    for place, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token.upper, 0)
        if depth == 0 and token.upper in words and token.kind == "word":
            return place
    return len(tokens)

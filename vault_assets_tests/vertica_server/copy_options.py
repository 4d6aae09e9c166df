"""COPY as data: columns, fillers, expressions, sources and options."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from vault_assets_tests.vertica_server import kinds
from vault_assets_tests.vertica_server.declaring import table_name
from vault_assets_tests.vertica_server.faults import Fault, syntax, unsupported
from vault_assets_tests.vertica_server.kinds import Kind
from vault_assets_tests.vertica_server.lexing import Token, by_comma, closing, joined


@dataclass(frozen=True)
class Item:
    """One entry of the column list.

    Args:
        name: A column, or a name of its own for a filler.
        filler: The type of a filler, which is read but not stored; else None.
        computed: SQL of DuckDB for a column that is not read; else ''.
    """

    name: str
    filler: Kind | None = None
    computed: str = ""


@dataclass(frozen=True)
class Format:
    """How records become fields."""

    delimiter: str = "|"
    terminator: str = "\n"
    null: str = ""
    enclosed: str = ""
    escape: str = "\\"
    skip: int = 0
    trailing_nulls: bool = False


@dataclass(frozen=True)
class Copy:
    """A parsed COPY; `files` is empty for STDIN, and URLs of S3 if it is not local."""

    table: tuple[str, str]
    items: tuple[Item, ...] = ()
    local: bool = False
    files: tuple[str, ...] = ()
    format: Format = field(default_factory=Format)
    enforce_length: bool = False
    abort_on_error: bool = False
    reject_max: int = 0
    rejected_file: str = ""
    exceptions_file: str = ""
    reject_table: tuple[str, str] | None = None
    return_rejected: bool = False
    parquet: bool = False
    commits: bool = True


def copy(tokens: Sequence[Token], expression: Callable[[str], str]) -> Copy:
    """Parse a COPY statement.

    Raises:
        Fault: 42601 for what Vertica does not read, 0A000 for what the stand-in does not.
    """
    table, place = table_name(tokens, 1)
    found = Copy(table)
    if tokens[place].upper == "(":
        end = closing(tokens, place)
        items = tuple(_item(part, expression) for part in by_comma(tokens[place + 1 : end]))
        found, place = replace(found, items=items), end + 1
    found, place = _source(found, tokens, place)
    while place < len(tokens):
        found, place = _option(found, tokens, place)
    if found.parquet and not (found.files and not found.local):
        raise syntax("the parser PARQUET reads files of the server or a store")
    if found.return_rejected and (found.rejected_file or found.exceptions_file):
        raise Fault(
            "0A000",
            "COPY LOCAL does not support rejected row numbers with exceptions or "
            "rejected data options",
        )
    return found


def _item(part: Sequence[Token], expression: Callable[[str], str]) -> Item:
    words = [token.upper for token in part]
    if words[1:2] == ["AS"]:
        return Item(part[0].value, computed=expression(joined(part[2:])))
    if words[1:2] == ["FILLER"]:
        return Item(part[0].value, filler=kinds.declared(part, 2)[0])
    if len(part) > 1:
        raise unsupported(f"the column option {part[1].text} of COPY")
    return Item(part[0].value)


def _source(found: Copy, tokens: Sequence[Token], place: int) -> tuple[Copy, int]:
    words = [token.upper for token in tokens[place : place + 3]]
    if words[:1] != ["FROM"]:
        raise syntax(f'at or near "{tokens[place].text if place < len(tokens) else ";"}"')
    local = words[1:2] == ["LOCAL"]
    place += 2 if local else 1
    if place < len(tokens) and tokens[place].upper == "STDIN":
        return replace(found, local=local), place + 1
    files = []
    while place < len(tokens) and tokens[place].kind in {"text", "escaped"}:
        files.append(tokens[place].value)
        place += 1
        if place < len(tokens) and tokens[place].text == ",":
            place += 1
    if not files:
        raise syntax("COPY FROM needs a file or STDIN")
    if not local and not all(file.startswith("s3://") for file in files):
        raise unsupported("COPY from files of the server")
    return replace(found, local=local, files=tuple(files)), place


_Reader = Callable[[Copy, Sequence[Token], int], tuple[Copy, int]]


def _option(found: Copy, tokens: Sequence[Token], place: int) -> tuple[Copy, int]:
    words = tuple(token.upper for token in tokens[place : place + 3])
    for phrase, read in _OPTIONS.items():
        if words[: len(phrase)] == phrase:
            return read(found, tokens, place + len(phrase))
    raise syntax(f'at or near "{tokens[place].text}"')


def _flag(**change: bool) -> _Reader:
    return lambda found, _, place: (replace(found, **change), place)


def _shape(name: str) -> _Reader:
    def read(found: Copy, tokens: Sequence[Token], place: int) -> tuple[Copy, int]:
        place += place < len(tokens) and tokens[place].upper == "AS"
        written = replace(found.format, **{name: _text(tokens, place)})
        return replace(found, format=written), place + 1

    return read


def _no_escape(found: Copy, _: Sequence[Token], place: int) -> tuple[Copy, int]:
    return replace(found, format=replace(found.format, escape="")), place


def _trailing(found: Copy, _: Sequence[Token], place: int) -> tuple[Copy, int]:
    return replace(found, format=replace(found.format, trailing_nulls=True)), place


def _skip(found: Copy, tokens: Sequence[Token], place: int) -> tuple[Copy, int]:
    written = replace(found.format, skip=_number(tokens, place))
    return replace(found, format=written), place + 1


def _reject_max(found: Copy, tokens: Sequence[Token], place: int) -> tuple[Copy, int]:
    return replace(found, reject_max=_number(tokens, place)), place + 1


def _exceptions(found: Copy, tokens: Sequence[Token], place: int) -> tuple[Copy, int]:
    return replace(found, exceptions_file=_text(tokens, place)), place + 1


def _number(tokens: Sequence[Token], place: int) -> int:
    if place >= len(tokens) or tokens[place].kind != "number":
        raise syntax(f'at or near "{tokens[place - 1].text}": a number must follow')
    return int(tokens[place].text)


def _rejected(found: Copy, tokens: Sequence[Token], place: int) -> tuple[Copy, int]:
    if tuple(t.upper for t in tokens[place : place + 2]) == ("AS", "TABLE"):
        table, place = table_name(tokens, place + 2)
        return replace(found, reject_table=table), place
    return replace(found, rejected_file=_text(tokens, place)), place + 1


def _text(tokens: Sequence[Token], place: int) -> str:
    if place >= len(tokens) or tokens[place].kind not in {"text", "escaped"}:
        raise syntax(f'at or near "{tokens[place - 1].text}": a text must follow')
    return tokens[place].value


_OPTIONS: dict[tuple[str, ...], _Reader] = {
    ("DELIMITER",): _shape("delimiter"),
    ("RECORD", "TERMINATOR"): _shape("terminator"),
    ("NULL",): _shape("null"),
    ("ENCLOSED", "BY"): _shape("enclosed"),
    ("ESCAPE",): _shape("escape"),
    ("NO", "ESCAPE"): _no_escape,
    ("TRAILING", "NULLCOLS"): _trailing,
    ("SKIP",): _skip,
    ("REJECTMAX",): _reject_max,
    ("REJECTED", "DATA"): _rejected,
    ("EXCEPTIONS",): _exceptions,
    ("ABORT", "ON", "ERROR"): _flag(abort_on_error=True),
    ("NO", "COMMIT"): _flag(commits=False),
    ("PARQUET",): _flag(parquet=True),
    ("ENFORCELENGTH",): _flag(enforce_length=True),
    ("RETURNREJECTED",): _flag(return_rejected=True),
    ("STREAM", "NAME"): lambda found, tokens, place: (found, place + bool(_text(tokens, place))),
    ("DIRECT",): _flag(),
    ("AUTO",): _flag(),
    ("TRICKLE",): _flag(),
}

"""Errors that travel to the client: SQLSTATE and message, also for what DuckDB raises."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb


@dataclass
class Fault(Exception):  # noqa: N818  the errors are those of the client; this one travels
    """An error of one statement; the session goes on.

    Args:
        sqlstate: Five characters; the client picks its exception class by them.
        message: One sentence.
        hint: What to do, if something can be said.
    """

    sqlstate: str
    message: str
    hint: str = ""

    def __post_init__(self) -> None:
        super().__init__(self.message)


def syntax(message: str, hint: str = "") -> Fault:
    """Return what Vertica says to text that is not its SQL."""
    return Fault("42601", f"Syntax error: {message}", hint)


def unsupported(what: str) -> Fault:
    """Return what the stand-in says to Vertica SQL that it does not know."""
    return Fault("0A000", f"The stand-in does not support {what}")


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Answer also what the stand-in was not written for, so that no client waits for ever."""
    try:
        yield
    except IndexError:
        raise syntax("at or near end of input") from None
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise Fault("XX000", f"The stand-in fails at this statement: {error!r}") from error


_MARK = re.compile(r"\[(\w{5})] (.*)", re.DOTALL)
_PATTERNS = (
    (r"because schema \"(?P<n>[^\"]+)\" does not exist", "3F000", 'Schema "{n}" does not exist'),
    (r"Schema with name \"?(?P<n>[^\" ]+)\"? does not", "3F000", 'Schema "{n}" does not exist'),
    (r"(?:Table|View) with name (?P<n>\S+) does not", "42V01", 'Relation "{n}" does not exist'),
    (r"with name (?P<n>\S+) already exists", "42710", "Object {n} already exists"),
    (r"column \"(?P<n>[^\"]+)\" was not found", "42703", 'Column "{n}" does not exist'),
    (r"column \"(?P<n>[^\"]+)\" not found", "42703", 'Column "{n}" does not exist'),
    (r"does not have a column (?:named|with name) \"?(?P<n>\w+)", "42703", "Column {n} not found"),
    (r"column named \"(?P<n>[^\"]+)\"", "42703", 'Column "{n}" does not exist'),
    (r"NOT NULL constraint failed: (?P<n>\S+)", "22004", "Cannot set a NOT NULL column: {n}"),
    (r"CHECK constraint failed on table (?P<n>\S+)", "22001", "String too long for table {n}"),
    (r"(?:PRIMARY KEY|UNIQUE) constraint|[Dd]uplicate key", "23505", "Duplicate key values"),
    (r"MERGE.*?multiple|multiple.*?MERGE", "23505", "Duplicate MERGE key detected"),
    (r"Cannot drop entry \"(?P<n>[^\"]+)\"", "2BP01", "DROP of {n}: other objects depend on it"),
    (r"Scalar Function with name (?P<n>\S+) does not", "42883", "Function {n} does not exist"),
)
_CLASSES: tuple[tuple[type[Exception], str], ...] = (
    (duckdb.InterruptException, "57014"),
    (duckdb.OutOfMemoryException, "53200"),
    (duckdb.PermissionException, "42501"),
    (duckdb.ParserException, "42601"),
    (duckdb.SyntaxException, "42601"),
    (duckdb.TransactionException, "55V03"),
    (duckdb.OutOfRangeException, "22003"),
    (duckdb.ConversionException, "22V02"),
    (duckdb.BinderException, "42804"),
)


def translated(error: duckdb.Error) -> Fault:
    """Return the fault that Vertica would raise where DuckDB raised this one."""
    text = str(error)
    if marked := _MARK.search(text):
        return Fault(marked.group(1), marked.group(2).strip())
    for pattern, state, message in _PATTERNS:
        if found := re.search(pattern, text):
            return Fault(state, message.format(**found.groupdict()))
    if isinstance(error, duckdb.ConversionException) and re.search(r"(?i)date|timestamp", text):
        return Fault("22007", _first_line(text))
    state = next((s for kind, s in _CLASSES if isinstance(error, kind)), "XX000")
    if "onflict" in text:
        state = "55V03"
    return Fault(state, _first_line(text))


def _first_line(text: str) -> str:
    return text.partition("\n")[0]

"""The header line: the names in a file, and where each declared column stands."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vault_assets.model.names import nearest
from vault_assets.model.types import ColumnType, Epoch

LF, CR = 0x0A, 0x0D
_BOM = b"\xef\xbb\xbf"
_HEAD = 1 << 20


class SourceColumn(Protocol):
    """What reading needs to know of a declared column; see `vault_assets.model.sources.Column`."""

    @property
    def type(self) -> ColumnType:
        """The declared type."""
        ...

    @property
    def nullable(self) -> bool:
        """Whether a row may lack the value."""
        ...

    @property
    def optional(self) -> bool:
        """Whether a file may lack the column."""
        ...

    @property
    def empty_as_null(self) -> bool | None:
        """Whether empty text, quoted or not, is NULL."""
        ...

    @property
    def time_zone(self) -> str | None:
        """Zone of timestamps without an offset; None is UTC."""
        ...

    @property
    def epoch(self) -> Epoch | None:
        """Unit of timestamps that are numbers since 1970; None if they are not."""
        ...

    @property
    def strip(self) -> str | None:
        """A character that is taken off a text it begins and ends with."""
        ...

    @property
    def repair_encoding(self) -> bool:
        """Whether text that was encoded in UTF-8 more than once is decoded."""
        ...

    @property
    def steps(self) -> tuple[str, ...]:
        """Keys that lead to the value in a JSON object; empty for the column's name."""
        ...


@dataclass(frozen=True)
class Header:
    """The first record of a file that is not blank.

    Args:
        names: The names, blanks around them removed; empty if `problem` is set.
        offset: Byte at which the data begin.
        line: Number of the physical line at which the data begin; the file's first line is 1.
        newline: The byte that ends lines: LF (also after CR), or CR in a file without any LF.
        problem: Why the header cannot be read; None if it can.
    """

    names: tuple[str, ...]
    offset: int
    line: int
    newline: int
    problem: str | None = None


@dataclass(frozen=True)
class Refusal:
    """Why no record of the file can be read.

    Args:
        reason: `header`, `missing_column:<name>` or `duplicate_column:<name>`.
        column: The column, None for `header`.
        detail: What is wrong and what to do.
    """

    reason: str
    column: str | None
    detail: str


def read_header(path: Path, delimiter: str) -> Header | None:
    """Read the header of a file; None if the file has no line that is not blank."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    start = _start(head)
    bom, newline = start.offset, start.newline
    lines = list(_lines(head[bom:], newline))
    blank = 0
    while blank < len(lines) and not lines[blank].strip(b"\r\n"):
        blank += 1
    if blank == len(lines):
        return None
    names, used, problem = _parsed(lines[blank:], delimiter)
    used += blank
    if len(head) == _HEAD and used == len(lines):
        return Header((), bom, 1, newline, f"the header does not end within {_HEAD} bytes")
    return Header(names, bom + sum(map(len, lines[:used])), used + 1, newline, problem)


def text_start(path: Path) -> Header:
    """Return what stands for the header of a file without any: its data begin in line 1."""
    with path.open("rb") as file:
        return _start(file.read(_HEAD))


def _start(head: bytes) -> Header:
    bom = len(_BOM) if head.startswith(_BOM) else 0
    return Header((), bom, 1, CR if CR in head and LF not in head else LF)


def _lines(head: bytes, newline: int) -> Iterator[bytes]:
    start = 0
    while start < len(head):
        end = head.find(newline, start) + 1 or len(head)
        yield head[start:end]
        start = end


def _parsed(lines: list[bytes], delimiter: str) -> tuple[tuple[str, ...], int, str | None]:
    """Return names, lines used and problem of the record at the beginning of `lines`."""
    used = 0

    def texts() -> Iterator[str]:
        nonlocal used
        for line in lines:
            used += 1
            yield line.rstrip(b"\r\n").decode() + "\n"

    try:
        names = next(csv.reader(texts(), delimiter=delimiter, strict=True))
    except UnicodeDecodeError:
        return (), 1, "the header is not UTF-8: save the file as UTF-8"
    except csv.Error as error:
        return (), 1, f"the header is no CSV record: {error}"
    return tuple(name.strip() for name in names), used, None


def refusal(header: Header, columns: Mapping[str, SourceColumn]) -> Refusal | None:
    """Return why the records under this header cannot be read as `columns`; None if they can.

    Two names are duplicates if they are equal and not empty, declared or not.
    """
    if header.problem is not None:
        return Refusal("header", None, header.problem)
    for position, name in enumerate(header.names):
        if name and name in header.names[:position]:
            return Refusal(f"duplicate_column:{name}", name, f"the header names {name!r} twice")
    for name, column in columns.items():
        if name not in header.names and not column.optional:
            detail = f"the header lacks {name!r}; {hint(name, header.names)}"
            return Refusal(f"missing_column:{name}", name, detail)
    return None


def hint(name: str, names: tuple[str, ...]) -> str:
    """Return which of these names may have been meant."""
    for other in names:
        if other.lower() == name.lower():
            return f"did you mean {other!r}? (upper and lower case differ)"
    return nearest(name, names)

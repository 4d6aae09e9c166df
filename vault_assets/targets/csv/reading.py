"""Reading: one CSV file into typed rows and quarantined records, none lost and none twice."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np

from vault_assets.errors import DeclarationError, TargetError
from vault_assets.targets.csv.cells import (
    Layout,
    Split,
    judged,
    refused,
    split_records,
)
from vault_assets.targets.csv.division import CELLS, divide
from vault_assets.targets.csv.header import (
    LF,
    Header,
    SourceColumn,
    read_header,
    refusal,
)
from vault_assets.targets.csv.lines import Lines
from vault_assets.targets.csv.records import Records, separators
from vault_assets.targets.csv.repair import (
    Grammar,
    joined_lines,
    split_lines,
    torn_of,
    turns_of,
)
from vault_assets.targets.csv.scratch import Scratch
from vault_assets.targets.csv.spool import as_utf8, utf16_of
from vault_assets.targets.csv.structure import Positions
from vault_assets.targets.result import FileResult


def read_csv(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    columns: Mapping[str, SourceColumn],
    *,
    delimiter: str = ",",
    work_dir: Path,
) -> FileResult:
    """Read a file below its header line into typed rows and quarantined records.

    UTF-8 with or without byte order mark; lines end in LF or CRLF, also mixed (or all in CR);
    quoted fields may hold delimiters, line breaks and doubled quotes. Columns are found by the
    header's names, exactly as declared except for blanks around them, in any order. Nothing in the
    file makes this raise: what is wrong with a record quarantines that record, what is wrong with
    the header quarantines them all. See `repair` for what holds in a file with broken quoting.

    Each record is materialised once, in a temp table of `con`; its transaction, if one is open,
    neither ends nor fails, and no other table is touched. Python holds one piece of the file at a
    time (about 1 MB, or one record of at most 16 MB).

    Args:
        con: The connection; other databases may be attached, or be the current one.
        path: The file's text, as returned by `spool`.
        columns: The declared columns by name, in declared order.
        delimiter: One ASCII character.
        work_dir: Folder for the readable copy of a file that is not in UTF-8 at all.

    Raises:
        DeclarationError: The delimiter is not one ASCII character, or is a quote, line break, NUL.
        TargetError: The engine returned another number of records than the file has.
    """
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise DeclarationError(
            f"{delimiter!r} is no delimiter",
            fix="Declare one ASCII character; not a quote, line break or NUL.",
        )
    scratch = Scratch(con)
    try:
        return _Reading(path, columns, delimiter, scratch, work_dir).result()
    except BaseException:
        scratch.drop()
        raise


class _Reading:
    """The steps of `read_csv`."""

    def __init__(
        self,
        path: Path,
        columns: Mapping[str, SourceColumn],
        delimiter: str,
        scratch: Scratch,
        work_dir: Path,
    ) -> None:
        codec = utf16_of(path)
        self.path = path if codec is None else as_utf8(path, codec, work_dir)
        self.columns = columns
        self.scratch = scratch
        header = read_header(self.path, delimiter)
        self.header = header or _no_header(self.path, columns)
        if codec is not None:
            self.header = replace(self.header, problem=f"the file is in {codec}: save it as UTF-8")
        self.refusal = refusal(self.header, columns)
        self.layout = Layout(columns, self.header.names, delimiter)

    def result(self) -> FileResult:
        """Fill the tables; count."""
        records = self._read()
        if records is not None:
            return self._counted(records.count, records.blank, repaired=False)
        lines = self._repair()
        return self._counted(lines.count, lines.blank, repaired=True)

    def _read(self) -> Records | None:
        """Fill the tables in one pass; return what it counted, or None if the quoting is broken."""
        delimiter = self.layout.delimiter
        for separator in separators(delimiter):
            records = Records(self.path, self.header, delimiter, separator)
            split = split_records(self.scratch.stream, delimiter, separator)
            self.scratch.fill(CELLS, self._select(split), records.reader())
            if records.legal and not records.collided:
                return records
            self.scratch.drop(CELLS)
            if not records.legal:
                return None
        return None

    def _repair(self) -> Lines:
        """Fill the tables line by line; return what the pass counted."""
        grammar = Grammar(self.layout.delimiter, self.header.newline)
        lines = Lines(self.path, self.header, self._joined(grammar))
        split = split_lines(f"select * from {self.scratch.stream}", grammar)
        self.scratch.fill(CELLS, self._select(split), lines.reader())
        return lines

    def _joined(self, grammar: Grammar) -> Positions:
        """Return the numbers of the lines whose record goes on in the next line."""
        if self.refusal is not None:
            return np.empty(0, np.int64)
        scratch, layout = self.scratch, self.layout
        turns, torn = scratch.name("turns"), scratch.name("torn")
        every_line = Lines(self.path, self.header)
        scratch.fill("turns", turns_of(scratch.stream, layout, grammar), every_line.reader())
        every_line = Lines(self.path, self.header)
        scratch.fill("torn", torn_of(scratch.stream, turns, layout, grammar), every_line.reader())
        found = scratch.con.execute(joined_lines(turns, torn)).fetchnumpy()["line_no"]
        scratch.drop("torn", "turns")
        return np.asarray(found)

    def _select(self, split: Split) -> str:
        if self.refusal is not None:
            return refused(split, self.columns, self.refusal)
        return judged(split, self.layout)

    def _counted(self, records: int, blank: int, *, repaired: bool) -> FileResult:
        found = divide(self.scratch, self.columns)
        if found.records != records:
            raise TargetError(
                f"the file has {records} records, but the engine returned {found.records}",
                where=self.path.name,
            )
        header = self.header.names
        return FileResult(
            rows=found.rows,
            quarantined=found.quarantined,
            records=records,
            loaded=records - found.rejected,
            rejected=found.rejected,
            blank=blank,
            unknown_columns=tuple(name for name in header if name not in self.columns),
            missing_optional=tuple(
                name for name, item in self.columns.items() if item.optional and name not in header
            ),
            refusal=self.refusal,
            repaired=repaired,
            scratch=self.scratch,
            header=header,
        )


def _no_header(path: Path, columns: Mapping[str, SourceColumn]) -> Header:
    """Return the header of a file without any: nothing follows it."""
    return Header(tuple(columns), path.stat().st_size, 1, LF)

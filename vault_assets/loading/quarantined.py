"""Quarantined rows that wait for a correction, with the texts of their cells."""

import csv
import io
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from vault_assets.errors import BatchError
from vault_assets.loading.known_batches import batch_source
from vault_assets.loading.tables import ensure_registry, ensure_stage
from vault_assets.model import Column, Source, Warehouse
from vault_assets.model.names import literal, quoted
from vault_assets.sql.plans import StagePlan
from vault_assets.sql.registry import APPLIED, BATCHES, RELEASED
from vault_assets.sql.stages import stage_plan
from vault_assets.sql.templates import render
from vault_assets.targets.csv import read_csv, spool
from vault_assets.targets.csv.header import Header, read_header
from vault_assets.targets.csv.scratch import Scratch
from vault_assets.targets.files import read_file
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

LINE = "row_no"
"""Column that says which quarantined row is corrected."""
_READABLE = ("cast", "not_null", "too_long", "missing_column", "prejoin")
_TYPED = "(by_vault or reason like 'prejoin:%')"
"""Rows that were read and typed before they were refused: they are kept as JSON."""
_CHUNK = 10_000


@dataclass(frozen=True)
class OpenRows:
    """Quarantined rows of a batch that were not released yet.

    Args:
        connection: Where the views are, apart from the connection that writes.
        table: All of them: row_no, raw, reason, detail, by_vault (a vault table refused it).
        cells: Those whose line is whole: row_no and the text of every declared column.
        readable: SQL condition over `table`: another declaration may accept the line.
    """

    connection: duckdb.DuckDBPyConnection
    table: str
    cells: str
    readable: str

    def count(self, condition: str = "true") -> int:
        """Return how many there are."""
        found = self.connection.execute(f"select count(*) from {self.table} where {condition}")
        return int(found.fetchall()[0][0])


@contextmanager
def open_rows(
    connection: duckdb.DuckDBPyConnection,
    session: Session,
    warehouse: Warehouse,
    source: str,
    batch_id: str,
) -> Iterator[OpenRows]:
    """Give the quarantined rows of a batch that were not released yet, but for orphans.

    Args:
        connection: The engine, outside of a transaction; another connection to it is opened.
        session: Reads the tables, outside of a transaction.
        warehouse: The declaration, whose name is the lake's.
        source: The batch's source.
        batch_id: The batch.
    """
    declared, plan = warehouse.sources[source], stage_plan(warehouse, source)
    own = connection.cursor()
    ((lake,),) = connection.execute("select current_database()").fetchall()
    own.execute(f"use {quoted(lake)}")
    scratch = Scratch(own)
    try:
        sql = render("release/open.sql", plan=plan, released=RELEASED)
        found = session.connection.execute(sql.rstrip().rstrip(";"), {"batch_id": batch_id})
        own.register("found", found.to_arrow_reader())
        own.execute("create temp table quarantined as from found")
        own.unregister("found")
        reasons = ", ".join(map(literal, _READABLE))
        readable = f"not by_vault and split_part(reason, ':', 1) in ({reasons})"
        with tempfile.TemporaryDirectory() as folder:
            _fill_cells(scratch, declared, _header(session, plan, batch_id), readable, Path(folder))
        yield OpenRows(own, "temp.quarantined", scratch.name("cells"), readable)
    finally:
        own.close()


@contextmanager
def exported(
    lake: Target, warehouse: Warehouse, batch_id: str
) -> Iterator[duckdb.DuckDBPyRelation]:
    """Give the rows of `open_rows` to a person: row_no, the cells, _reason, _detail and _raw.

    Cells are empty where the line is not whole: then `_raw` is all there is.

    Raises:
        BatchError: There is no such batch.
    """
    source = batch_source(lake, batch_id)
    plan = stage_plan(warehouse, source)

    def ensure(session: Session) -> None:
        ensure_registry(session)
        ensure_stage(session, plan)

    lake.transaction([BATCHES.label, *plan.locks], ensure)
    with open_rows(lake.engine(), lake.session(), warehouse, source, batch_id) as found:
        cells = ", ".join(f"c.{quoted(name)}" for name in warehouse.sources[source].columns)
        yield found.connection.sql(
            f"select q.row_no, {cells}, q.reason as _reason, q.detail as _detail, q.raw as _raw "
            f"from {found.table} as q left join {found.cells} as c on c.row_no = q.row_no "
            "order by q.row_no"
        )


def _header(session: Session, plan: StagePlan, batch_id: str) -> tuple[str, ...] | None:
    """Return the names in the batch's file; none if it was rows; None if nobody kept them."""
    rows = session.connection.execute(
        f"select a.note, b.object_key = 'rows/' || b.batch_id from {APPLIED.sql} as a "
        "inner join registry.batches as b on b.batch_id = a.batch_id "
        "where a.table_name = $table and a.batch_id = $batch_id",
        {"table": plan.table.label, "batch_id": batch_id},
    ).fetchall()
    for note, is_rows in rows:
        names = json.loads(note or "{}").get("columns")
        return tuple(names) if names else () if is_rows else None
    return None


def _fill_cells(
    scratch: Scratch,
    declared: Source,
    header: tuple[str, ...] | None,
    readable: str,
    folder: Path,
) -> None:
    """Make the table of texts: of rows kept as JSON, and of lines under their header."""
    if header is None and declared.file_format == "jsonl":
        header, of_file = (), True
    else:
        of_file = bool(header)
    is_json = _TYPED if header is None or of_file else "true"
    texts = ", ".join(
        f"raw ->> {literal(f'$.{quoted(name)}')} as {quoted(name)}" for name in declared.columns
    )
    parts = [f"select row_no, {texts} from temp.quarantined where ({is_json}) and json_valid(raw)"]
    if of_file:
        with _lines(scratch, declared, header, readable, folder) as lines:
            scratch.create("table", "cells", " union all ".join([*parts, lines]))
    else:
        scratch.create("table", "cells", parts[0])


@contextmanager
def _lines(
    scratch: Scratch, declared: Source, header: Sequence[str] | None, readable: str, folder: Path
) -> Iterator[str]:
    """Read lines again, under their header if any; give the select of those that are whole."""
    con = scratch.con
    title = _title(declared.delimiter, header) if header else ""
    first = 1 + title.count("\n")
    # Where each record begins in the file that is written here; a record may have several lines.
    scratch.create(
        "table",
        "places",
        "select row_no, raw, "
        f"{first} + coalesce(sum(1 + length(raw) - length(replace(raw, chr(10), ''))) over "
        "(order by row_no rows between unbounded preceding and 1 preceding), 0) as line "
        f"from temp.quarantined where {readable} and not {_TYPED}",
    )
    path = folder / "lines.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(title)
        found = con.execute(f"select raw from {scratch.name('places')} order by row_no")
        while chunk := found.fetchmany(_CHUNK):
            file.write("".join(f"{raw}\n" for (raw,) in chunk))
    texts = _texts(declared)
    with read_file(con, path, declared, columns=texts, work_dir=folder) as read:
        names = ", ".join(f"r.{quoted(name)}" for name in texts)
        yield (
            f"select p.row_no, {names} from {read.rows} as r "
            f"inner join {scratch.name('places')} as p on p.line = r.row_no"
        )


def column_of(kind: str, **parts: Any) -> Column:
    """Return a column that no source declares."""
    return Column.model_validate({"type": kind, **parts})


def _texts(declared: Source) -> dict[str, Column]:
    """Return the declared columns as texts, to be typed later by the rules of rows."""
    return {
        name: column_of(
            "text",
            optional=True,
            empty_as_null=column.empty_as_null,
            key=column.key,
            path=column.path,
        )
        for name, column in declared.columns.items()
    }


def corrections(
    connection: duckdb.DuckDBPyConnection, declared: Source, path: Path, folder: Path
) -> duckdb.DuckDBPyRelation:
    """Read a file of corrected rows: texts of the columns that it has, perhaps with `row_no`.

    Args:
        connection: Holds the rows until it is closed.
        declared: The source.
        path: A CSV file in UTF-8 with a header and the source's delimiter, or commas.
        folder: For a copy of the file.

    Raises:
        BatchError: A record cannot be read; then nothing of the file is used.
    """
    if not path.is_file():
        raise BatchError("there is no such file", where=str(path))
    text = spool(path, folder)
    delimiter, header = _delimited(text, declared)
    if header is None or header.problem or len(set(header.names)) < len(header.names):
        problem = header.problem if header and header.problem else "a name is missing or twice"
        raise BatchError(f"its header cannot be read: {problem}", where=path.name)
    numbered = LINE in header.names and LINE not in declared.columns
    columns = {name: column for name, column in _texts(declared).items() if name in header.names}
    if numbered:
        columns["_line"] = column_of("integer", nullable=False)
    names = ["_line" if numbered and name == LINE else name for name in header.names]
    copy = _retitled(text, header.offset, _title(delimiter, names), folder)
    with read_csv(connection, copy, columns, delimiter=delimiter, work_dir=folder) as read:
        if read.rejected:
            ((line, reason, detail),) = connection.execute(
                f"select row_no, reason, detail from {read.quarantined} order by row_no limit 1"
            ).fetchall()
            raise BatchError(
                f"line {line} cannot be read: {reason.replace('_line', LINE)} ({detail})",
                where=path.name,
                fix="Nothing was released: mend the file.",
            )
        wanted = [f"_line as {LINE}"] if numbered else []
        wanted += [quoted(name) for name in columns if name != "_line"]
        connection.execute(
            f"create temp table corrected as select {', '.join(wanted)} from {read.rows} "
            f"as r order by r.{LINE}"
        )
    return connection.sql("from temp.corrected")


def _delimited(text: Path, declared: Source) -> tuple[str, Header | None]:
    """Return the delimiter and header of a correction: the source's, or the comma of an export."""
    found = [(mark, read_header(text, mark)) for mark in (declared.delimiter, ",")]
    return max(found, key=lambda item: len(set(declared.columns) & set(_names(item[1]))))


def _names(header: Header | None) -> tuple[str, ...]:
    return header.names if header else ()


def _title(delimiter: str, names: Sequence[str]) -> str:
    title = io.StringIO()
    csv.writer(title, delimiter=delimiter, lineterminator="\n").writerow(names)
    return title.getvalue()


def _retitled(text: Path, offset: int, title: str, folder: Path) -> Path:
    """Return a copy of a file with another header."""
    copy = folder / "retitled.csv"
    with text.open("rb") as source, copy.open("wb") as target:
        source.seek(offset)
        target.write(title.encode())
        shutil.copyfileobj(source, target)
    return copy

"""COPY on the wire: asking for files or a stream, sending rejects back, closing the books."""

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

from vault_assets_tests.vertica_server import (
    copy_options,
    defining,
    frames,
    kinds,
    stores,
    translating,
)
from vault_assets_tests.vertica_server.catalog import Column, Table
from vault_assets_tests.vertica_server.columnar import ParquetLoader
from vault_assets_tests.vertica_server.copy_options import Copy
from vault_assets_tests.vertica_server.copying import Loader, Outcome, Rejection
from vault_assets_tests.vertica_server.faults import Fault, guarded
from vault_assets_tests.vertica_server.lexing import Statement, literal

if TYPE_CHECKING:
    from vault_assets_tests.vertica_server.talking import Talk

_REJECTS = (
    ("node_name", kinds.VARCHAR), ("file_name", kinds.VARCHAR), ("row_number", kinds.INT),
    ("rejected_data", kinds.LONG_VARCHAR), ("rejected_data_orig_length", kinds.INT),
    ("rejected_reason", kinds.VARCHAR),
)  # fmt: skip


def copy(talk: "Talk", statement: Statement) -> None:
    """Run one COPY with all its messages.

    Raises:
        Fault: 22V04 for a rejection that ends it, 57014 if the client gave up.
    """
    session = talk.session
    with session.faults():
        session.check(statement.tokens)
        found = copy_options.copy(statement.tokens, translating.expression)
        table = session.required(*found.table)
        rejects = _reject_table(talk, found)
        session.begin()
        made = ParquetLoader if found.parquet else Loader
        loader, outcome = made(session.duck, table, found), Outcome()
        loader.read_columns()
        try:
            with guarded():
                _receive(talk, loader, outcome)
                _close(talk, loader, outcome, rejects)
        except Fault:
            session.undo()
            raise
    if not (found.local or found.files):
        talk.send(frames.complete("COPY"))


def _close(talk: "Talk", loader: Loader, outcome: Outcome, rejects: Table | None) -> None:
    session = talk.session
    if rejects:
        _write_rejects(talk, rejects, outcome.rejections)
    session.accepted, session.rejected = outcome.loaded, len(outcome.rejections)
    session.journal += loader.done
    if session.autocommit or (loader.copy.commits and not loader.table.temporary):
        session.commit()
    if loader.copy.local or loader.copy.files:
        talk.send(frames.data_row([str(outcome.loaded).encode()]))
        talk.send(frames.complete("COPY"))


def _receive(talk: "Talk", loader: Loader, outcome: Outcome) -> None:
    found = loader.copy
    if found.files and not found.local:
        access = {**talk.session.database, **talk.session.parameters}
        for file in found.files:
            for name, data in stores.objects(file, access):
                loader.load(data, name, outcome)
        talk.send(frames.row_description([("Rows Loaded", kinds.INT)], [False]))
        return
    if not found.local:
        talk.send(frames.copy_in(), now=True)
        loader.load(_stream(talk, end=b"c"), "STDIN", outcome)
        return
    talk.send(frames.row_description([("Rows Loaded", kinds.INT)], [False]))
    question = frames.verify_files(found.files, found.rejected_file, found.exceptions_file)
    talk.send(question, now=True)
    kind, body = frames.read_frame(talk.stream)
    if kind != b"F":
        raise _given_up(body)
    if found.files:
        for name in _names(body):
            talk.send(frames.frame(b"H", frames.text(name)), now=True)
            _batch(talk, loader, name, outcome)
    else:
        talk.send(frames.copy_in(), now=True)
        _batch(talk, loader, "STDIN", outcome, streams=True)
    talk.send(frames.frame(b"c"))


def _batch(
    talk: "Talk", loader: Loader, name: str, outcome: Outcome, *, streams: bool = False
) -> None:
    """Load one batch; a fault waits until the client heard the end of the batch."""
    data = _stream(talk, end=b"j")
    fault, rejected = None, []
    try:
        with talk.session.faults(), guarded():
            rejected = loader.load(data, name, outcome)
    except Fault as found:
        fault = found
    _send_rejects(talk, loader.copy, rejected)
    talk.send(frames.frame(b"J"), now=True)
    if streams:
        kind, body = frames.read_frame(talk.stream)
        if kind != b"c":
            raise _given_up(body)
    if fault:
        raise fault


def _stream(talk: "Talk", end: bytes) -> bytes:
    """Read data up to its end.

    Raises:
        Fault: 57014, the client gave up.
        EOFError: The client is gone; nothing of this COPY stays.
    """
    parts = []
    while True:
        kind, body = frames.read_frame(talk.stream)
        if kind == b"d":
            parts.append(body)
        elif kind == end:
            return b"".join(parts)
        elif kind in {b"f", b"e"}:
            raise _given_up(body)


def _given_up(body: bytes) -> Fault:
    reason = body.rstrip(b"\0").rpartition(b"\0")[2].decode("utf-8", "replace")
    return Fault("57014", f"COPY: the client ended the load: {reason}")


def _names(body: bytes) -> list[str]:
    (count,) = struct.unpack_from("!I", body)
    found, place = [], 4
    for _ in range(count):
        end = body.index(b"\0", place)
        found.append(body[place:end].decode())
        place = end + 9
    return found


def _send_rejects(talk: "Talk", found: Copy, rejected: list[Rejection]) -> None:
    if found.rejected_file:
        lines = "".join(f"{r.raw}{found.format.terminator}" for r in rejected)
        talk.send(frames.write_file(found.rejected_file, lines.encode()))
    if found.exceptions_file:
        lines = "".join(
            f"COPY: Input record {r.number} in {r.file} has been rejected ({r.reason}).\n"
            for r in rejected
        )
        talk.send(frames.write_file(found.exceptions_file, lines.encode()))
    if found.return_rejected:
        numbers = [r.number for r in rejected]
        talk.send(frames.write_file("", struct.pack(f"<{len(numbers)}Q", *numbers)))


def _reject_table(talk: "Talk", found: Copy) -> Table | None:
    """Return the table of the rejects; it is there even if none come.

    It cannot be made in the transaction of a COPY with NO COMMIT: it is local temporary then.
    """
    if found.reject_table is None:
        return None
    session = talk.session
    schema, name = found.reject_table
    if known := session.lookup(schema, name):
        return known
    columns = tuple(Column(column, kind) for column, kind in _REJECTS)
    table = Table(schema or "public", name, columns)
    if found.commits:
        defining.create(session, table)
        return table
    return defining.create_temporary(session, replace(table, schema="", temporary=True))


def _write_rejects(talk: "Talk", table: Table, rejections: list[Rejection]) -> None:
    for found in rejections:
        texts = (found.file, found.raw, found.reason)
        file, raw, reason = (literal(text) for text in texts)
        talk.session.write(
            f"insert into {table.duck_name} values ('v_standin_node0001', {file}, {found.number}, "
            f"{raw}, {len(found.raw.encode())}, {reason})"
        )

"""The messages of a session: simple queries, prepared statements, and what ends it."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from vault_assets_tests.vertica_server import (
    describing,
    exchanging,
    frames,
    grammar,
    kinds,
    rewriting,
)
from vault_assets_tests.vertica_server.faults import Fault, guarded, syntax, unsupported
from vault_assets_tests.vertica_server.kinds import Kind
from vault_assets_tests.vertica_server.lexing import Statement, literal, split
from vault_assets_tests.vertica_server.results import Result
from vault_assets_tests.vertica_server.session import Session


@dataclass(frozen=True)
class Prepared:
    """A parsed statement and the types of its parameters."""

    statement: Statement | None
    kinds: Sequence[Kind] = ()


@dataclass
class Talk:
    """One connection after its startup.

    Args:
        session: What runs the statements.
        stream: Messages of the client.
        send: Sends, or keeps bytes until more is there.
        binary: Whether the client wants binary values where the server has them.
    """

    session: Session
    stream: BinaryIO
    send: frames.Send
    binary: bool = False
    prepared: dict[str, Prepared] = field(default_factory=dict)
    portals: dict[str, tuple[Prepared, list[str]]] = field(default_factory=dict)
    skipping: bool = False

    def serve(self) -> None:
        """Answer messages until the client leaves."""
        self._ready()
        while True:
            kind, body = frames.read_frame(self.stream)
            if kind == b"X":
                return
            if kind == b"Q":
                self._simple(body.rstrip(b"\0").decode())
            elif kind == b"S":
                self.skipping = False
                self._ready()
            elif kind == b"H":
                self.send(b"", now=True)
            elif not self.skipping:
                self._extended(kind, body)

    def _ready(self) -> None:
        self.send(frames.ready(self.session.status), now=True)

    def _simple(self, sql: str) -> None:
        try:
            statements = split(sql)
            if not statements:
                self.send(frames.frame(b"I"))
            for statement in statements:
                with guarded():
                    self._statement(statement)
        except Fault as fault:
            self.send(frames.error(fault))
        self._ready()

    def _statement(self, statement: Statement) -> None:
        if statement.tokens[0].upper == "COPY":
            exchanging.copy(self, statement)
            return
        result = self.session.run(statement)
        if result.fields is not None:
            self.send(frames.row_description(result.fields, self._formats(result.fields)))
        self._rows(result)
        self._told(statement)
        self.send(frames.complete(result.tag))

    def _told(self, statement: Statement) -> None:
        """Say that autocommit changed."""
        if statement.words(3) == ("SET", "SESSION", "AUTOCOMMIT"):
            value = "on" if self.session.autocommit else "off"
            self.send(frames.parameter("auto_commit", value))

    def _rows(self, result: Result) -> None:
        fields = result.fields or []
        binary = self._formats(fields)
        encoders = [
            kinds.encoder(kind, binary=flag) for (_, kind), flag in zip(fields, binary, strict=True)
        ]
        for chunk in result.chunks:
            for row in chunk:
                self.send(
                    frames.data_row(
                        None if value is None else encode(value)
                        for encode, value in zip(encoders, row, strict=True)
                    )
                )

    def _formats(self, fields: Sequence[tuple[str, Kind]]) -> list[bool]:
        return [self.binary and kinds.travels_binary(kind) for _, kind in fields]

    def _extended(self, kind: bytes, body: bytes) -> None:
        answers = {b"P": self._parse, b"D": self._describe, b"B": self._bind, b"E": self._execute}
        try:
            if kind in answers:
                with guarded():
                    answers[kind](body)
            elif kind == b"C":
                self.prepared.pop(body[1:].rstrip(b"\0").decode(), None)
                self.send(frames.frame(b"3"))
            else:
                raise unsupported(f"the message {kind!r}")
        except Fault as fault:
            self.skipping = True
            self.send(frames.error(fault), now=True)

    def _parse(self, body: bytes) -> None:
        name, rest = _text(body)
        statements = split(_text(rest)[0])
        if len(statements) > 1:
            raise syntax("Cannot insert multiple commands into a prepared statement")
        if not statements:
            self.prepared[name] = Prepared(None)
        else:
            self.prepared[name] = Prepared(statements[0], self._parameters(statements[0]))
        self.send(frames.frame(b"1"))

    def _parameters(self, statement: Statement) -> Sequence[Kind]:
        if not rewriting.placeholders(statement.tokens):
            return ()
        tree = grammar.parsed(rewriting.rewritten(statement.tokens))
        return describing.parameter_kinds(tree, self.session.lookup)

    def _describe(self, body: bytes) -> None:
        found = self.prepared[_text(body[1:])[0]]
        fields, tag = None, ""
        if found.statement:
            fields = self.session.describe(found.statement.tokens)
            tag = describing.command_tag(found.statement.tokens)
        self.send(frames.parameter_description(found.kinds))
        if fields is None:
            self.send(frames.frame(b"n"))
        else:
            self.send(frames.row_description(fields, self._formats(fields)))
        self.send(frames.command_description(tag))

    def _bind(self, body: bytes) -> None:
        portal, rest = _text(body)
        name, rest = _text(rest)
        found = self.prepared[name]
        values = _values(rest, found.kinds)
        self.portals[portal] = (found, values)
        self.send(frames.frame(b"2"))

    def _execute(self, body: bytes) -> None:
        found, values = self.portals[_text(body)[0]]
        if found.statement is None:
            self.send(frames.frame(b"I"))
            return
        if found.statement.tokens[0].upper == "COPY":
            raise unsupported("COPY as a prepared statement")
        result = self.session.run(found.statement, values)
        self._rows(result)
        self._told(found.statement)
        self.send(frames.complete(result.tag))


def _text(body: bytes) -> tuple[str, bytes]:
    value, _, rest = body.partition(b"\0")
    return value.decode(), rest


def _values(body: bytes, expected: Sequence[Kind]) -> list[str]:
    """Read the bound values as SQL literals; format codes come first, then types, then values."""
    (formats,) = struct.unpack_from("!H", body)
    place = 2 + 2 * formats
    (count,) = struct.unpack_from("!H", body, place)
    place += 2 + 4 * count
    found = []
    for kind in expected[:count]:
        (size,) = struct.unpack_from("!i", body, place)
        place += 4
        if size < 0:
            found.append("NULL")
            continue
        found.append(_bound(body[place : place + size].decode("utf-8", "replace"), kind))
        place += size
    return found


def _bound(value: str, kind: Kind) -> str:
    return value if kind.duck in {"BIGINT", "DOUBLE"} and _is_number(value) else literal(value)


def _is_number(value: str) -> bool:
    return value.strip().lstrip("+-").replace(".", "", 1).isdecimal()

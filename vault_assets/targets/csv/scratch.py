"""Scratch: the temp tables and views of one reading, under names that no other reading has."""

import contextlib
import uuid

import duckdb
import pyarrow as pa


class Scratch:
    """Temp tables and views on a connection; a transaction that is open on it stays open.

    Args:
        con: The connection.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self._prefix = f"csv_{uuid.uuid4().hex}"
        self._created: dict[str, str] = {}

    @property
    def stream(self) -> str:
        """The name under which `fill` offers its stream."""
        return f"{self._prefix}_stream"

    def name(self, part: str) -> str:
        """Return the qualified name of a part."""
        return f"temp.{self._prefix}_{part}"

    def create(self, kind: str, part: str, select: str) -> None:
        """Create a part.

        Args:
            kind: `table` or `view`.
            part: Its short name.
            select: The query behind it.
        """
        self.con.execute(f"create temp {kind} {self._prefix}_{part} as {select}")
        self._created[part] = kind

    def fill(self, part: str, select: str, reader: pa.RecordBatchReader) -> None:
        """Create a table from a select that reads a stream, once, by the name `self.stream`."""
        self.con.register(self.stream, reader)
        try:
            self.create("table", part, select)
        finally:
            self.con.unregister(self.stream)

    def drop(self, *parts: str) -> None:
        """Drop these parts, or everything; do nothing in a transaction that has failed."""
        # The end of a failed transaction drops what it created.
        with contextlib.suppress(duckdb.Error):
            for part in parts or tuple(reversed(self._created)):
                kind = self._created.pop(part)
                self.con.execute(f"drop {kind} if exists {self.name(part)}")

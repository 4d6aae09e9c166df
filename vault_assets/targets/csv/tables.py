"""Tables: the temp tables and views of one reading, by a prefix that no other reading has."""

import contextlib
import uuid

import duckdb
import pyarrow as pa


class Scratch:
    """Temp tables and views on a connection, under names of their own.

    Args:
        con: The connection; whatever transaction is open on it stays open.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self._prefix = f"csv_{uuid.uuid4().hex}"
        self._created: list[str] = []

    def name(self, part: str) -> str:
        """Return the qualified name of a part, created or not."""
        return f"temp.{self._prefix}_{part}"

    def create(self, kind: str, part: str, select: str) -> str:
        """Create a temp `table` or `view` from a select; return its name."""
        name = self.name(part)
        self._created.append(f"{kind} {name}")
        self.con.execute(f"create temp {kind} {name} as {select}")
        return name

    def create_from(self, reader: pa.RecordBatchReader, part: str, select: str) -> str:
        """Create a temp table from a select that reads a stream, once, under the name `stream`."""
        self.con.register(...)

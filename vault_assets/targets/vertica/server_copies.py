"""COPY by the server: rows of the engine as Parquet on S3, which its nodes read side by side.

Few rows are not worth the way: they go through the client as ever.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from vault_assets.errors import TargetError
from vault_assets.model.names import literal, quoted
from vault_assets.targets.session import Parameters
from vault_assets.targets.vertica.client import client, may_go_away, told
from vault_assets.targets.vertica.copy_area import CopyArea
from vault_assets.targets.vertica.copying import RowStream, copy_statement, row_texts, text_value
from vault_assets.targets.vertica.twin import Column
from vault_assets.targets.vertica.types import is_text
from vault_assets.targets.vertica.wire import Wire

if TYPE_CHECKING:
    import duckdb

FEW = 16 << 20
"""Octets of rows that stay with the client; of more, so many are in memory at once."""

PART = 1_000_000
"""Rows of an object, at least: nodes share objects and their row groups."""

_BATCH = 20_000
_FEW = "__few_rows"


@dataclass(frozen=True)
class ServerCopies:
    """Loads rows of the engine by way of the area.

    Args:
        wire: The session, in a transaction, which stays open.
        area: Where rows wait.
        engine: The engine; it can do nothing else until its rows are read.
    """

    wire: Wire
    area: CopyArea
    engine: "duckdb.DuckDBPyConnection"

    def copy(
        self, place: str, columns: Sequence[Column], query: str, parameters: Parameters
    ) -> tuple[int, int]:
        """Load rows into a table; return how many were sent, and how many are loaded.

        Args:
            place: The table, quoted.
            columns: Columns of the query that are loaded.
            query: The rows.
            parameters: Values bound in the query.

        Raises:
            TargetError: The server cannot read or load the objects.
            StoreError: The objects cannot be written.
        """
        typed = self.engine.execute(typed_rows(query, columns), parameters)
        reader = typed.to_arrow_reader(_BATCH)
        pieces = _pieces(reader, columns)
        first, second = next(pieces, None), next(pieces, None)
        if second is None:
            few = first or _schema(reader.schema, columns).empty_table()
            return self._by_client(place, columns, few)
        with self.area.place() as folder:
            sent = _written(self.area, folder, chain((first, second), pieces))
            objects = f"{self.area.url}/{folder}/*.parquet"
            self._load(server_copy_statement(place, columns, objects))
            return sent, self.wire.run("select get_num_accepted_rows()").rows[0][0]

    def _load(self, sql: str) -> None:
        try:
            self.wire.run(sql)
        except client().errors.QueryError as error:
            if may_go_away(error):
                raise
            raise TargetError(
                f"the server could not load rows from {self.area.url}: {told(error)}",
                fix="Its nodes read them on their own: docs/vertica.md says how they may. "
                "VAULT_ASSETS_VERTICA_COPY=client does without.",
            ) from error

    def _by_client(self, place: str, columns: Sequence[Column], rows: pa.Table) -> tuple[int, int]:
        self.engine.register(_FEW, rows)
        try:
            stream = RowStream(self.engine, row_texts(f"select * from {_FEW}", columns))
            answer = self.wire.run(copy_statement(place, columns), stream)
        finally:
            self.engine.unregister(_FEW)
        return stream.rows, answer.rows[0][0]


def server_copy_statement(table: str, columns: Sequence[Column], objects: str) -> str:
    """Return the COPY of these columns by the server; it commits nothing."""
    names = ", ".join(quoted(column.name) for column in columns)
    return (
        f"copy {table} ({names}) from {literal(objects)} parquet "
        "enforcelength abort on error no commit"
    )


def typed_rows(query: str, columns: Sequence[Column]) -> str:
    """Return the query of rows as they are stored; a UUID is its 16 octets.

    Texts that the client's stream refuses are refused here too: what can be loaded must not
    depend on how many rows there are.
    """
    values = ", ".join(f"{_value(column)} as {quoted(column.name)}" for column in columns)
    return f"select {values} from (\n{query}\n) as r"


def _value(column: Column) -> str:
    value = f"r.{quoted(column.name)}"
    if is_text(column.kind):
        return text_value(column, null="null")
    kind = "decimal(38, 0)" if column.kind == "HUGEINT" else column.kind
    typed = f"cast({value} as {kind})"
    return f"cast({typed} as blob)" if kind == "UUID" else typed


def _pieces(reader: pa.RecordBatchReader, columns: Sequence[Column]) -> Iterator[pa.Table]:
    """Yield the rows in pieces of about `FEW` octets."""
    schema, waiting, size = _schema(reader.schema, columns), [], 0
    for batch in reader:
        waiting.append(_stored(batch, schema))
        size += batch.nbytes
        if size >= FEW:
            yield pa.Table.from_batches(waiting)
            waiting, size = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)


def _schema(schema: pa.Schema, columns: Sequence[Column]) -> pa.Schema:
    keys = {column.name for column in columns if column.kind == "UUID"}
    return pa.schema([pa.field(f.name, pa.uuid()) if f.name in keys else f for f in schema])


def _stored(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    arrays: list[Any] = [
        pa.ExtensionArray.from_storage(field.type, array.cast(field.type.storage_type))
        if isinstance(field.type, pa.UuidType)
        else array
        for field, array in zip(schema, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _written(area: CopyArea, folder: str, pieces: Iterator[pa.Table]) -> int:
    """Write objects of many rows each; return how many rows."""
    rows, number = 0, 0
    for piece in pieces:
        with area.writing(f"{folder}/{number:05}.parquet") as file:
            before, number = rows, number + 1
            with pq.ParquetWriter(_Sink(file), piece.schema) as writer:
                for table in chain((piece,), pieces):
                    writer.write_table(table)
                    rows += table.num_rows
                    if rows - before >= PART:
                        break
    return rows


class _Sink(io.RawIOBase):
    """An object that is written, in the form that Arrow takes for a file."""

    def __init__(self, file: Any) -> None:
        super().__init__()
        self._file = file
        self._place = 0

    def writable(self) -> bool:
        """Whether it can be written to: yes."""
        return True

    def tell(self) -> int:
        """Return how many octets are written."""
        return self._place

    def write(self, data: Any) -> int:
        """Write octets."""
        written = self._file.write(bytes(data))
        self._place += written
        return written

"""Parquet: columns in the order of the table and of its types; nothing is converted."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import overload

import pyarrow as pa
import pyarrow.parquet as pq

from vault_assets_tests.vertica_server.catalog import Column
from vault_assets_tests.vertica_server.copying import Loader, Outcome, Rejection
from vault_assets_tests.vertica_server.faults import Fault
from vault_assets_tests.vertica_server.kinds import Kind
from vault_assets_tests.vertica_server.records import Record

_MATCHES = {
    "BIGINT": pa.types.is_integer,
    "DOUBLE": pa.types.is_floating,
    "BOOLEAN": pa.types.is_boolean,
    "VARCHAR": pa.types.is_string,
    "DATE": pa.types.is_date,
    "TIME": pa.types.is_time,
    "BLOB": pa.types.is_binary,
    "UUID": lambda kind: isinstance(kind, pa.UuidType),
    "TIMESTAMP": lambda kind: pa.types.is_timestamp(kind) and kind.tz is None,
    "TIMESTAMPTZ": lambda kind: pa.types.is_timestamp(kind) and kind.tz is not None,
}


class ParquetLoader(Loader):
    """One COPY of Parquet into one table."""

    def load(self, data: bytes, file: str, outcome: Outcome) -> list[Rejection]:
        """Load one object; as `Loader.load`.

        Raises:
            Fault: 42804, the columns are not those of the table; 22V04 as ever.
        """
        first = len(outcome.rejections)
        rows = pq.read_table(BytesIO(data))
        columns = self.read_columns()
        if len(columns) != rows.num_columns:
            raise Fault(
                "42804",
                f"Attempted to load {len(columns)} columns from a parquet file, but found "
                f"{rows.num_columns}",
            )
        for column, field in zip(columns, rows.schema, strict=True):
            if not _is_of(field.type, column.kind):
                raise Fault(
                    "42804",
                    f'Datatype mismatch: column "{column.name}" is {column.kind.declared}, but '
                    f"{field.type} in {file}",
                )
        given = rows.rename_columns([f"c{place}" for place in range(len(columns))])
        numbers = pa.array(range(rows.num_rows), pa.int64())
        self._insert_given(given.add_column(0, "n", numbers), _Rows(rows), file, outcome)
        return outcome.rejections[first:]

    def _misfit(self, name: str, column: Column) -> str:
        longest = column.kind.length if self.copy.enforce_length else None
        octets = f"{'octet_length' if column.kind.duck == 'BLOB' else 'strlen'}({name})"
        long = f"coalesce({octets} > {longest}, false)" if longest else "false"
        return f"({long})" if column.nullable else f"({long}) or {name} is null"

    def _typed(self, name: str, kind: Kind) -> str:
        return name if kind.duck == "BLOB" else super()._typed(name, kind)


@dataclass(frozen=True)
class _Rows(Sequence[Record]):
    """Rows as records, made when one is asked for."""

    rows: pa.Table

    def __len__(self) -> int:
        return self.rows.num_rows

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | Sequence[Record]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        (row,) = self.rows.slice(place, 1).to_pylist()
        return Record(place + 1, "", [None if v is None else str(v) for v in row.values()])


def _is_of(found: pa.DataType, kind: Kind) -> bool:
    if kind.duck.startswith("DECIMAL"):
        return pa.types.is_decimal(found)
    return kind.duck in _MATCHES and bool(_MATCHES[kind.duck](found))

"""Reading: rows given in memory into typed rows and quarantined ones, none lost and none twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from vault_assets.model.names import literal, quoted
from vault_assets.targets.csv import Refusal, SourceColumn
from vault_assets.targets.csv.cells import REFUSED, Cell, cell_failure, cleaning, each, failed
from vault_assets.targets.csv.division import CELLS, divide
from vault_assets.targets.csv.scratch import Scratch
from vault_assets.targets.rows.given import Given
from vault_assets.targets.rows.values import text_of, value_of

ROW_NO = "#row_no"
RECORD_SOURCE = "#record_source"
"""Columns of ours that given rows may have: their position, and where each comes from."""


@dataclass(frozen=True)
class RowsResult:
    """What is in the rows: `records` = `loaded` + `rejected`, always. As `FileResult`.

    Args:
        rows: View of the typed rows: row_no BIGINT (position, from 1), every declared column (NULL
            where it is absent), and `RECORD_SOURCE` if the rows have it.
        quarantined: View of the other rows: row_no, raw (the row as JSON), reason (`cast`,
            `not_null` or `too_long` with `:<column>`), column_name, detail.
        records: Rows given.
        loaded: Number of `rows`.
        rejected: Number of `quarantined`.
        unknown_columns: Columns that are not declared; their values are ignored.
        scratch: The temp tables behind it.
    """

    rows: str
    quarantined: str
    records: int
    loaded: int
    rejected: int
    unknown_columns: tuple[str, ...]
    scratch: Scratch
    refusal: Refusal | None = None
    header: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.scratch.drop()


def read_rows(
    con: duckdb.DuckDBPyConnection, given: Given, columns: Mapping[str, SourceColumn]
) -> RowsResult:
    """Type and judge rows: a value that does not fit quarantines its row.

    Text is read as a CSV cell is. A value of the declared type is taken as it is, if the type
    allows it (no NaN, years 0001 to 9999); of another type its text decides.

    Args:
        con: The connection; the rows are materialised once, in a temp table.
        given: The rows.
        columns: The declared columns by name, in declared order.
    """
    extra = [RECORD_SOURCE] if RECORD_SOURCE in given.names else []
    used = [name for name in given.names if name in columns or name in (ROW_NO, *extra)]
    scratch = Scratch(con)
    try:
        scratch.fill(CELLS, _judged(given, columns, used, scratch.stream), _stream(given, used))
        found = divide(scratch, [*columns, *extra])
    except BaseException:
        scratch.drop()
        raise
    return RowsResult(
        rows=found.rows,
        quarantined=found.quarantined,
        records=found.records,
        loaded=found.records - found.rejected,
        rejected=found.rejected,
        unknown_columns=tuple(name for name in given.names if name not in (*columns, *used)),
        scratch=scratch,
    )


def _stream(given: Given, used: Sequence[str]) -> pa.RecordBatchReader:
    """Return the columns that are used, under names that differ in more than case."""
    reader = given.open()
    places = [given.names.index(name) for name in used]
    fields = [reader.schema.field(place) for place in places]
    names = [_given_name(number) for number in range(len(used))]
    schema = pa.schema([f.with_name(name) for f, name in zip(fields, names, strict=True)])

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in reader:
            arrays = [batch.column(place) for place in places]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    if not used:
        # Rows without a column that counts: there are none, or `given_rows` has refused them.
        empty = pa.table({_given_name(0): pa.nulls(sum(batch.num_rows for batch in reader))})
        return empty.to_reader()
    return pa.RecordBatchReader.from_batches(schema, batches())


def _given_name(number: int) -> str:
    return f"#given{number}"


def _judged(
    given: Given, columns: Mapping[str, SourceColumn], used: Sequence[str], stream: str
) -> str:
    """Return a select of the shape of a CSV file's `judged`."""
    at = {name: quoted(_given_name(number)) for number, name in enumerate(used)}
    kinds = {name: given.schema.field(given.names.index(name)).type for name in used}
    cells = [
        Cell(name, quoted(f"#{place}"), declared, place if name in at else None)
        for place, (name, declared) in enumerate(columns.items())
    ]
    texts = ", ".join(f"{_text(cell, at, kinds)} as {cell.text}" for cell in cells)
    values = ", ".join(f"{_value(cell, at, kinds)} as {cell.result}" for cell in cells)
    emptied = [cell for cell in cells if cell.declared.strip and _empty_as_null(cell)]
    row_no = at.get(ROW_NO, "row_number() over ()")
    source = f"{at[RECORD_SOURCE]} as {quoted(RECORD_SOURCE)}," if RECORD_SOURCE in at else ""
    return f"""
-- Every given row with its typed columns; "#refused" is NULL where it may enter.
with given as (select {row_no} as row_no, * from {stream}),
texts as (select *, {texts} from given),
{cleaning(cells, emptied)}
typed as (select *, {values} from cleaned),
judged as (select *, {failed(cells)} as failed from typed)
select
  row_no,
  {source}
  {each(cells, "named")},
  case when failed is not null then {cell_failure(_raw(columns, at), cells)} end as {REFUSED}
from judged"""


def _text(cell: Cell, at: Mapping[str, str], kinds: Mapping[str, pa.DataType]) -> str:
    if cell.name not in at:
        return "cast(null as varchar)"
    return text_of(at[cell.name], kinds[cell.name], empty_as_null=_empty_as_null(cell))


def _empty_as_null(cell: Cell) -> bool:
    declared = cell.declared.empty_as_null
    return cell.declared.type.kind != "text" if declared is None else declared


def _value(cell: Cell, at: Mapping[str, str], kinds: Mapping[str, pa.DataType]) -> str:
    declared = cell.declared
    if cell.name in at:
        own = value_of(at[cell.name], kinds[cell.name], declared.type, declared.time_zone)
        if own is not None:
            return own
    return cell.value


def _raw(columns: Mapping[str, SourceColumn], at: Mapping[str, str]) -> str:
    pairs = ", ".join(f"{literal(name)}: {at[name]}" for name in columns if name in at)
    return f"cast(to_json({{{pairs}}}) as varchar)" if pairs else "'{}'"

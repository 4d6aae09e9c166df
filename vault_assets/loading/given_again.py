"""Quarantined rows that are given again: corrected, or as they were delivered."""

from pathlib import Path

import duckdb
import pyarrow as pa

from vault_assets.errors import BatchError
from vault_assets.loading.adding import Addable
from vault_assets.loading.quarantined import LINE, OpenRows, column_of, corrections
from vault_assets.model import Source
from vault_assets.model.names import quoted
from vault_assets.targets.rows import ROW_NO, Given, GivenRows, given_rows


def given_again(
    waiting: OpenRows, declared: Source, rows: Addable | None, folder: Path, batch_id: str
) -> Given:
    """Return corrected rows; default: the lines that another declaration may accept."""
    if rows is None:
        rows = _again(waiting, declared, batch_id, waiting.readable)
    elif isinstance(rows, Path):
        rows = corrections(waiting.connection, declared, rows, folder)
    return rows if isinstance(rows, Given) else _numbered(rows, declared, batch_id)


def refused_given(waiting: OpenRows, declared: Source, batch_id: str, condition: str) -> Given:
    """Return the quarantined rows of a condition as they were delivered, with their numbers."""
    return _numbered(_again(waiting, declared, batch_id, condition), declared, batch_id)


def _numbered(rows: GivenRows, declared: Source, batch_id: str) -> Given:
    number = column_of("integer", optional=True)
    given = given_rows(rows, {LINE: number, **declared.columns}, where=batch_id)
    if LINE in declared.columns or LINE not in given.names:
        return given
    names = [ROW_NO if name == LINE else name for name in given.names]
    fields = [given.schema.field(place).with_name(name) for place, name in enumerate(names)]
    return Given(pa.schema(fields), given.open)


def _again(
    waiting: OpenRows, declared: Source, batch_id: str, condition: str
) -> duckdb.DuckDBPyRelation:
    """Return the cells of the lines that may be accepted now."""
    lines = f"select row_no from {waiting.table} where {condition}"
    cells = f"{waiting.cells} where row_no in ({lines})"
    connection = waiting.connection
    found = connection.execute(
        f"select count(*), {', '.join(f'count({quoted(c)})' for c in declared.columns)} "
        f"from {cells}"
    ).fetchall()[0]
    if not found[0]:
        raise BatchError(
            f"none of the {waiting.count()} quarantined rows can be read again as it is",
            where=batch_id,
            fix=f"Correct them: `vault-assets quarantine {batch_id} --format csv`, then "
            f"`vault-assets release {batch_id} --file <it>`.",
        )
    # A column that a file may lack, and lacked, is not empty where it may not be: it is not there.
    wanted = [
        quoted(name)
        for (name, column), count in zip(declared.columns.items(), found[1:], strict=True)
        if count or not column.optional
    ]
    return connection.sql(f"select row_no, {', '.join(wanted)} from {cells} order by row_no")

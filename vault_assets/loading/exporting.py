"""Write a mart, or its partitions, as CSV files to the landing store, and read them back."""

import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from vault_assets.errors import DeclarationError
from vault_assets.landing import globs
from vault_assets.landing.store import Store
from vault_assets.loading.audits import Audit, Verdict
from vault_assets.loading.writing import Exported, Written
from vault_assets.model import Mart, Warehouse
from vault_assets.model.names import literal, quoted
from vault_assets.sql.mart_tables import mart_table
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.registry import EXPORTS_DUE
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

EXPORT_EQUALS = Audit(
    "export_equals", "", "Every file, read back, has the rows of the mart and no others."
)
_DUE = f"{EXPORTS_DUE.sql} where table_name = $table"


def export_mart(
    lake: Target, store: Store, warehouse: Warehouse, name: str, written: Written
) -> Written:
    """Write the files of what was built, after it was committed, and compare them with the mart.

    Files of partitions that an earlier run built and could not write are written too: what is due
    is noted in the transaction of the rows. A file is replaced as a whole.

    Args:
        lake: The warehouse's lake.
        store: Where the files go.
        warehouse: The declaration.
        name: The mart; it declares `export`.
        written: What building it did.

    Returns:
        The same with the files and the verdict of `export_equals`.

    Raises:
        StoreError: A file cannot be written; the next run tries again.
    """
    refuse_landing_keys(warehouse, name)
    mart, session = warehouse.marts[name], lake.session()
    due = _due(session, written.table) if mart.partition else [{"partition_value": None}]
    done: list[Exported] = []
    wrong: list[dict[str, Any]] = []
    for value in dict.fromkeys(row["partition_value"] for row in due):
        query, order = _rows_of(session, mart_table(warehouse, name), mart, value)
        with _scratch(lake) as path:
            done.append(_export(session, store, query + order, _key(mart, value), path))
            wrong += _differences(session, store, query, done[-1], path)
    if mart.partition and due:
        lake.transaction([EXPORTS_DUE.label], lambda s: _settle(s, written.table, due))
    verdict = Verdict(EXPORT_EQUALS, sum(row["rows"] for row in wrong), wrong)
    return replace(written, exports=tuple(done), verdicts=(*written.verdicts, verdict))


def refuse_landing_keys(warehouse: Warehouse, name: str) -> None:
    """Refuse an export that a source would take for a file of its own.

    Raises:
        DeclarationError: Its key matches the objects of a source.
    """
    export = warehouse.marts[name].export
    key = re.sub(r"\{[^{}]*\}", "2024-01-01", export.key) if export else ""
    for source, declared in warehouse.sources.items():
        for pattern in declared.objects:
            if key and globs.compiled(pattern).fullmatch(key):
                raise DeclarationError(
                    f"its files would be loaded as objects of source {source!r}: {pattern}",
                    where=f"mart {name!r}, export",
                    fix="Export below another folder.",
                )


def _due(session: Session, table: str) -> list[dict[str, Any]]:
    return session.rows(
        f"select partition_value, due_at from {_DUE} order by partition_value", {"table": table}
    )


def _settle(session: Session, table: str, due: Sequence[dict[str, Any]]) -> None:
    """Forget what was due when the files were written; what another run built since stays due."""
    for time in {row["due_at"] for row in due}:
        session.run(
            f"delete from {_DUE} and due_at = cast($time as timestamp)",
            {"table": table, "time": time},
        )


def _key(mart: Mart, value: str | None) -> str:
    assert mart.export is not None  # noqa: S101  narrows the type
    if value is None or mart.partition is None:
        return mart.export.key
    time = mart.partition.read(value)
    return mart.export.key.replace(f"{{{mart.partition.column}}}", mart.partition.label(time))


def _rows_of(session: Session, table: TablePlan, mart: Mart, value: str | None) -> tuple[str, str]:
    """Return the query of the rows of a file, and what puts them in their order."""
    assert mart.export is not None  # noqa: S101  narrows the type
    rows = session.rows(f"describe {table.sql}")
    columns = [r["column_name"] for r in rows if r["column_name"] not in mart.export.leave_out]
    unknown = set(mart.export.order_by) - set(columns)
    if unknown:
        raise DeclarationError(f"has no column {min(unknown)!r} to sort by", where=table.label)
    order = [*mart.export.order_by, *(c for c in columns if c not in mart.export.order_by)]
    where = ""
    if value is not None and mart.partition is not None:
        kind = mart.partition.sql_type
        where = f" where {quoted(mart.partition.column)} = {kind} {literal(value)}"
    listed = ", ".join(f"{quoted(column)} nulls last" for column in order)
    shown = ", ".join(map(quoted, columns))
    return f"select {shown} from {table.sql}{where}", f" order by {listed}"


@contextmanager
def _scratch(lake: Target) -> Iterator[Path]:
    path = lake.work_dir / f"export-{uuid.uuid4().hex}.csv"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _export(session: Session, store: Store, query: str, key: str, path: Path) -> Exported:
    rows = session.run(
        f"copy ({query}) to {literal(str(path))} (format csv, header true, delimiter ',', "
        "quote '\"', escape '\"', nullstr '')"
    )
    size = path.stat().st_size
    store.put(key, path)
    return Exported(key, rows, size)


def _differences(
    session: Session, store: Store, query: str, done: Exported, path: Path
) -> list[dict[str, Any]]:
    """Read a file back and return what it has too much or lacks, as counts of rows."""
    store.download(store.head(done.key), path)
    kinds = {row["column_name"]: row["column_type"] for row in session.rows(f"describe {query}")}
    texts = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in kinds)
    file = (
        f"read_csv({literal(str(path))}, columns = {{{texts}}}, header = true, delim = ',', "
        "quote = '\"', escape = '\"', nullstr = '', auto_detect = false)"
    )
    back = ", ".join(f"cast({quoted(n)} as {kind}) as {quoted(n)}" for n, kind in kinds.items())
    # Empty text and NULL are one in the file.
    plain = ", ".join(
        f"nullif({quoted(n)}, '') as {quoted(n)}" if kind == "VARCHAR" else quoted(n)
        for n, kind in kinds.items()
    )
    ours, theirs = f"select {plain} from ({query})", f"select {back} from {file}"
    (counts,) = session.rows(_compared(ours, theirs, len(kinds)))
    return [
        {"key": done.key, "problem": what, "rows": int(count)}
        for what, count in counts.items()
        if count
    ]


def _compared(ours: str, theirs: str, columns: int) -> str:
    """Return the query that counts the rows that only one of two queries has, duplicates too.

    Each is read once: `except all` both ways reads them twice and numbers equal rows.
    """
    names = ", ".join(f"c{position}" for position in range(columns))
    return (
        "select coalesce(sum(n) filter (n > 0), 0) as missing, "
        "coalesce(-sum(n) filter (n < 0), 0) as unexpected from ("
        f"select sum(side) as n from (select *, 1 from ({ours}) union all "
        f"select *, -1 from ({theirs})) as rows_of ({names}, side) group by {names})"
    )

"""Replace the partitions of a mart that changed: these rows and no others, in one transaction."""

import datetime as dt
from collections.abc import Sequence

from vault_assets.errors import TargetError
from vault_assets.loading.audits import Audit, Verdict, evaluate, refuse_failures
from vault_assets.loading.layouts import change_layout, ensure_layout
from vault_assets.loading.registering import utc_now
from vault_assets.loading.repairing import REPLAY
from vault_assets.loading.tables import ensure_registry
from vault_assets.loading.writing import Query, Written, described, fit, source_of
from vault_assets.model import Mart, Warehouse
from vault_assets.model.names import quoted
from vault_assets.model.partitions import ALL, BATCHES, CHANGED, Partition
from vault_assets.sql import dialect
from vault_assets.sql.feeding import feeds_of
from vault_assets.sql.mart_tables import mart_table
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.registry import APPLIED, EXPORTS_DUE
from vault_assets.sql.templates import read_sql, render
from vault_assets.targets.ducklake import DuckLake
from vault_assets.targets.session import Session

ONLY_CHANGED = Audit(
    "only_changed_partitions",
    "",
    "The query returns rows of the partitions that are built, and no others.",
    blocking=True,
)
_TEMPORARY = (CHANGED, BATCHES, "new_batches")


def replace_partitions(
    lake: DuckLake,
    warehouse: Warehouse,
    name: str,
    query: Query,
    *,
    run_id: str,
    given: str | None = None,
    audits: Sequence[Audit] = (),
) -> Written:
    """Replace the partitions of a mart that new batches touch, or those that are given.

    All partitions are built if the mart is new, its columns have changed, a batch that it consumed
    was loaded anew (where its rows were before is not known), or the vault was rebuilt.

    Args:
        lake: The warehouse's lake.
        warehouse: The declaration.
        name: The mart; it declares `partition`.
        query: Its query, which reads `changed_partitions`.
        run_id: Written beside the batches that the mart has consumed.
        given: `2024-05-01`, `2024-05-01...2024-05-31` or `all`; such a build consumes no batch,
            unless all partitions are built.
        audits: Checks; blocking ones are evaluated before the commit.

    Raises:
        AuditsFailedError: A blocking audit failed, or the query returned rows of other partitions;
            the mart is as it was.
        DeclarationError: `given` names no partitions of the mart.
    """
    partition = warehouse.marts[name].partition
    assert partition is not None  # noqa: S101  narrows the type
    bounds = None if given in (None, ALL) else partition.bounds(given)
    reads = sorted(feeds_of(warehouse, name))
    table = mart_table(warehouse, name)

    def unit(session: Session) -> Written:
        ensure_registry(session)
        _find_batches(session, warehouse, table, partition, reads)
        source, parameters = source_of(session, query)
        columns = described(session, table, source, parameters)
        _refuse_other_column(table, partition, columns)
        anew = fit(session, table, columns)
        ensure_layout(session, table, warehouse.marts[name].layout)
        whole = anew or given == ALL or _consumed_anew(session, table)
        changed = _choose(session, table, partition, bounds, whole=whole)
        rows = _replace(session, table, partition, Query(source, parameters), whole=whole)
        verdicts = [_only_changed(session, table, partition, Query(source, parameters), rows)]
        verdicts += evaluate(session, audits, blocking=True)
        refuse_failures(table.label, verdicts)
        verdicts += evaluate(session, audits, blocking=False)
        if whole or not bounds:
            _record(session, table, run_id)
        if warehouse.marts[name].export and changed:
            _note_exports(session, table, warehouse.marts[name])
        for temporary in _TEMPORARY:
            session.run(f"drop table if exists temp.{temporary}", note=False)
        return Written(
            table.label,
            rows,
            columns,
            tuple(session.statements),
            tuple(verdicts),
            changed,
            _stored(session, table, partition),
        )

    change_layout(lake, table, warehouse.marts[name].layout)
    return lake.transaction([table.label], unit)


def forget_consumed(lake: DuckLake, warehouse: Warehouse) -> None:
    """Let the next build of every mart by partition build all of its partitions."""
    labels = [
        warehouse.mart_label(name) for name, mart in warehouse.marts.items() if mart.partition
    ]
    if labels:
        sql = f"delete from {APPLIED.sql} where list_contains($tables, table_name)"

        def unit(session: Session) -> None:
            ensure_registry(session)
            session.run(sql, {"tables": labels})

        lake.transaction(labels, unit)


def _find_batches(
    session: Session,
    warehouse: Warehouse,
    table: TablePlan,
    partition: Partition,
    reads: Sequence[tuple[str, str]],
) -> None:
    """Fill temp table `mart_batches`: the staged batches of the mart's stages, judged.

    And make `changed_partitions`, empty: the mart's query cannot be described without it.
    """
    session.run(
        f"create or replace temp table {CHANGED} (partition_value {partition.sql_type})",
        note=False,
    )
    sql = render(
        "mart/batches.sql",
        label=table.label,
        reads=reads,
        marts=[warehouse.mart_label(name) for name in warehouse.marts],
        stage_layer=warehouse.stage_layer,
    )
    session.run(sql, {"replay": REPLAY}, note=False)


def _consumed_anew(session: Session, table: TablePlan) -> bool:
    """Whether all partitions are in doubt: nothing was consumed, or a batch has other rows now."""
    return session.value(
        "select coalesce(bool_or(is_again), false) or not exists "
        f"(select 1 from {APPLIED.sql} where table_name = $table) from mart_batches",
        {"table": table.label},
    )


def _refuse_other_column(table: TablePlan, partition: Partition, columns: dict[str, str]) -> None:
    kind = columns.get(partition.column, "missing")
    if kind.lower() != partition.sql_type:
        raise TargetError(
            f"the partitions' column {partition.column!r} is {kind.lower()}, "
            f"but a {partition.grain} is a {partition.sql_type}",
            where=table.label,
            fix=f"Let the query return {partition.truncated(partition.column)}.",
        )


def _choose(
    session: Session,
    table: TablePlan,
    partition: Partition,
    bounds: tuple[dt.datetime, dt.datetime] | None,
    *,
    whole: bool,
) -> tuple[dt.date, ...]:
    """Fill `changed_partitions` and return what it holds, in order."""
    if bounds and not whole:
        _take_given(session, partition, bounds)
    else:
        _take_changed(session, table, partition, whole=whole)
    rows = session.rows(f"select partition_value from {CHANGED} order by all")
    return tuple(row["partition_value"] for row in rows)


def _take_given(
    session: Session, partition: Partition, bounds: tuple[dt.datetime, dt.datetime]
) -> None:
    first, last = map(dialect.timestamp, bounds)
    session.run(
        f"insert into {CHANGED} select cast(unnest(generate_series({first}, {last}, "
        f"interval 1 {partition.grain})) as {partition.sql_type})"
    )


def _take_changed(session: Session, table: TablePlan, partition: Partition, *, whole: bool) -> None:
    """Fill `changed_partitions` by the mart's query `changed`, over new batches or all."""
    session.run(
        "create or replace temp table new_batches as "
        "select source, batch_id, load_ts, from_key, records, loaded "
        f"from mart_batches where {'true' if whole else 'is_new'}",
        note=False,
    )
    if not whole and not session.value("select count(*) from new_batches"):
        return
    text = partition.changed
    session.run(
        render(
            "mart/changed.sql",
            label=table.label,
            table=table,
            partition=partition,
            changed=(read_sql(text) if text.endswith(".sql") else text).rstrip().rstrip(";"),
            whole=whole,
            start=dialect.timestamp(partition.floor(partition.start)),
        )
    )


def _stored(
    session: Session, table: TablePlan, partition: Partition
) -> tuple[tuple[dt.date, int], ...]:
    column = quoted(partition.column)
    sql = f"select {column}, count(*) from {table.sql} group by all order by {column} desc"
    return tuple(session.connection.execute(sql).fetchall())


def _replace(
    session: Session, table: TablePlan, partition: Partition, query: Query, *, whole: bool
) -> int:
    if not whole and not session.value(f"select count(*) from {CHANGED}"):
        return 0
    of_changed = f" where {_of_changed(partition)}"
    session.run(f"delete from {table.sql}{'' if whole else of_changed}")
    return session.run(f"insert into {table.sql} by name\n{query.sql}", query.parameters)


def _of_changed(partition: Partition) -> str:
    return f"{quoted(partition.column)} in (select partition_value from {CHANGED})"


def _only_changed(
    session: Session, table: TablePlan, partition: Partition, query: Query, inserted: int
) -> Verdict:
    """Judge the rows written: their partitions were empty, so that counting them is enough."""
    count = f"select count(*) from {table.sql} where {_of_changed(partition)}"
    if not inserted or session.value(count) == inserted:
        return Verdict(ONLY_CHANGED, 0)
    column = quoted(partition.column)
    sql = (
        f"select {column}, count(*) as rows_of_other_partitions from (\n{query.sql}\n) "
        f"where ({_of_changed(partition)}) is not true group by {column}"
    )
    audit = Audit(
        ONLY_CHANGED.name, sql, ONLY_CHANGED.description, True, parameters=query.parameters
    )
    return evaluate(session, [audit], blocking=True)[0]


def _note_exports(session: Session, table: TablePlan, mart: Mart) -> None:
    """Note in the transaction of the rows that their files are to be written anew."""
    by_partition = mart.export is not None and bool(mart.export.named)
    values = f"select cast(partition_value as varchar) from {CHANGED}"
    session.run(
        f"insert into {EXPORTS_DUE.sql} "
        f"select $table, value, cast($now as timestamp) from "
        f"({values if by_partition else 'select null'}) as v (value)",
        {"table": table.label, "now": utc_now()},
        note=False,
    )


def _record(session: Session, table: TablePlan, run_id: str) -> None:
    session.run(
        f"delete from {APPLIED.sql} where table_name = $table and batch_id in "
        "(select batch_id from mart_batches where is_new)",
        {"table": table.label},
        note=False,
    )
    session.run(
        render("mart/record.sql", label=table.label),
        {"run_id": run_id, "applied_at": utc_now()},
        note=False,
    )

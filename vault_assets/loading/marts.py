"""Write a table that is replaced as a whole, or a mart: whole, by partition or by key."""

from collections.abc import Sequence

from vault_assets.errors import DeclarationError
from vault_assets.loading.audits import Audit, evaluate, refuse_failures
from vault_assets.loading.incremental import replace_changed
from vault_assets.loading.keyed import keys_of
from vault_assets.loading.layouts import change_layout, ensure_layout
from vault_assets.loading.mart_keys import mart_audits
from vault_assets.loading.mart_views import create_view
from vault_assets.loading.partitioned import partitions_of
from vault_assets.loading.refreshing import Refresh, refresh_of
from vault_assets.loading.writing import Query, Rows, Written, described, fit, source_of
from vault_assets.model import Warehouse
from vault_assets.model.layouts import Layout
from vault_assets.model.vertica import VerticaDesign
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.tracing import mart_sql
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

__all__ = ["Query", "Rows", "Written", "build_mart", "mart_audits", "mart_query", "replace_table"]


def mart_query(warehouse: Warehouse, name: str) -> Query:
    """Return the query of a declared mart."""
    return Query(mart_sql(warehouse, name), warehouse.marts[name].parameters)


def replace_table(
    lake: Target,
    layer: str,
    name: str,
    rows: Rows,
    *,
    audits: Sequence[Audit] = (),
    layout: Layout | None = None,
    design: VerticaDesign | None = None,
    refresh: Refresh | None = None,
) -> Written:
    """Replace all rows of a table, in one transaction; readers see the old or the new rows.

    The table is created from the first rows that come; later it keeps its columns and their order,
    and gains new ones at the end.

    Args:
        lake: The warehouse's lake.
        layer: Schema of the table.
        name: Name of the table.
        rows: A query, a Polars frame (lazy ones are streamed), an Arrow table or reader.
        audits: Checks; blocking ones are evaluated before the commit.
        layout: How its files are divided and sorted.
        design: How it is sorted and spread on Vertica.
        refresh: Of a declared mart: the build, which is noted.

    Raises:
        AuditsFailedError: A blocking audit failed; the old rows are still there.
        TargetError: A column has another type than stored, or one that DuckLake would corrupt.
    """
    table = TablePlan(layer, name, (), design=design)

    def unit(session: Session) -> Written:
        source, parameters = source_of(session, rows)
        columns = described(session, table, source, parameters)
        fit(session, table, columns)
        ensure_layout(session, table, layout)
        session.run(f"delete from {table.sql}")
        count = session.run(f"insert into {table.sql} by name\n{source}", parameters)
        verdicts = evaluate(session, audits, blocking=True)
        refuse_failures(table.label, verdicts)
        verdicts += evaluate(session, audits, blocking=False)
        if refresh:
            refresh.note(session)
        return Written(table.label, count, columns, tuple(session.statements), tuple(verdicts))

    change_layout(lake, table, layout)
    return lake.transaction([table.label], unit)


def build_mart(
    lake: Target,
    warehouse: Warehouse,
    name: str,
    *,
    run_id: str = "",
    partitions: str | None = None,
    extra_audits: Sequence[Audit] = (),
) -> Written:
    """Replace the rows of the mart `name` by those of its query, or what changed of it.

    Args:
        lake: The warehouse's lake.
        warehouse: The declaration.
        name: The mart.
        run_id: Written beside the batches that a mart by partition or key has consumed.
        partitions: Of a mart by partition: `2024-05-01`, `2024-05-01...2024-05-31` or `all`;
            of a mart by key: `all`. Default: what new batches touch.
        extra_audits: Checks beyond those that the declaration implies.

    Raises:
        DeclarationError: Partitions are given, but the mart has none, or not these.
        AuditsFailedError, TargetError: As `replace_table`.
    """
    mart = warehouse.marts[name]
    audits = [*mart_audits(warehouse, name), *extra_audits]
    if mart.kind == "view" and partitions is None:
        return create_view(lake, warehouse, name, audits)
    query = mart_query(warehouse, name)
    if mart.changes is not None:
        division = (
            partitions_of(warehouse, name, partitions)
            if mart.partition
            else keys_of(warehouse, name, partitions)
        )
        return replace_changed(
            lake, warehouse, name, query, division, run_id=run_id, audits=extra_audits
        )
    if partitions is not None:
        raise DeclarationError(
            "has no partitions",
            where=warehouse.mart_label(name),
            fix="Declare `partition`, or leave the partitions away.",
        )
    return replace_table(
        lake,
        warehouse.mart_layer(name),
        name,
        query,
        audits=audits,
        layout=mart.layout,
        design=mart.vertica,
        refresh=refresh_of(warehouse, name),
    )

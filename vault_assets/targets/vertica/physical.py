"""Physical design: how the rows of a new table are sorted and spread over the nodes."""

import hashlib
from collections.abc import Sequence

from vault_assets.model.names import literal, quoted
from vault_assets.model.vertica import VerticaDesign
from vault_assets.sql.plans import TablePlan
from vault_assets.targets.vertica.names import REGISTRY
from vault_assets.targets.vertica.twin import Column, Columns
from vault_assets.targets.vertica.types import registry_octets, vertica_type

NEWEST = ("load_ts", "load_seq")
"""What says which row of a key is its newest."""

_STAGE = ("batch_id", "load_ts", "row_no", "record_source")


def column_body(columns: Columns, plan: TablePlan | None = None) -> str:
    """Return the columns of a new table; what divides it is never NULL."""
    divided_by = plan.design.partition_by if plan and plan.design else None
    return ", ".join(
        f"{quoted(c.name)} {column_type(c, plan)}"
        f"{'' if c.nullable and c.name != divided_by else ' not null'}"
        for c in columns
    )


def column_type(column: Column, plan: TablePlan | None = None) -> str:
    """Return the type of a column; a text is as wide as declared."""
    declared = {c.name: c.type.length for c in plan.columns} if plan else {}
    octets = declared.get(column.name)
    if plan is not None and plan.layer == REGISTRY:
        octets = octets or registry_octets(column.name)
    return vertica_type(column.kind, column.name, octets)


def physical_clauses(columns: Columns, plan: TablePlan | None) -> str:
    """Return the physical clauses of a new table, with a blank before them.

    What the declaration says under `vertica` comes before the defaults of `default_design`.
    """
    if plan is None:
        return ""
    design, default = plan.design, default_design(columns, plan)
    if design is not None:
        spread = bool(design.segmented_by or design.unsegmented)
        design = VerticaDesign(
            order_by=design.order_by or default.order_by,
            segmented_by=design.segmented_by if spread else default.segmented_by,
            unsegmented=design.unsegmented if spread else default.unsegmented,
            partition_by=design.partition_by or default.partition_by,
        )
    return _written(design or default)


def default_design(columns: Columns, plan: TablePlan) -> VerticaDesign:
    """Return the design of a table of which nothing is declared.

    Tables of one key lie on the same node and are sorted by it, so that joins stay there. A stage
    lies where the first of its keys does, divided by day of the load. Tables of the registry and
    reference tables are small: every node has them. A mart, whose key nobody knows, is left to
    Vertica.
    """
    names = [column.name for column in columns]
    hashes = [column.name for column in columns if column.kind == "UUID"]
    if plan.layer == REGISTRY:
        return VerticaDesign(order_by=tuple(names[:2]), unsegmented=True)
    if tuple(names[:4]) == _STAGE:
        spread = hashes[0] if hashes else "batch_id"
        order = ("load_ts", spread if hashes else "row_no")
        return VerticaDesign(order_by=order, segmented_by=(spread,), partition_by="load_ts")
    if not plan.columns or "load_ts" not in names:
        return VerticaDesign()
    if names[0] not in hashes:
        return VerticaDesign(order_by=(names[0],), unsegmented=True)
    order = (names[0], "load_ts") if "hashdiff" in names else (names[0],)
    return VerticaDesign(order_by=order, segmented_by=(names[0],))


def newest_projection(schema: str, table: str, columns: Columns) -> list[str]:
    """Return the statements that keep the newest row of each key in a projection.

    Its window comes first in the list of columns, as Vertica wants it. Its name differs from that
    of a table with other columns, which this one may be about to replace.

    Args:
        schema: Schema of the table.
        table: Its name.
        columns: Its columns, the key first.
    """
    key = columns[0].name
    window = (key, *NEWEST)
    listed = _listed((*window, *(c.name for c in columns if c.name not in window)))
    digest = hashlib.md5(column_body(columns).encode(), usedforsecurity=False).hexdigest()[:8]
    newest = ", ".join(f"{quoted(name)} desc" for name in NEWEST)
    place, projection = (
        f"{quoted(schema)}.{quoted(n)}" for n in (table, f"{table}$newest_{digest}")
    )
    create = (
        f"create projection {projection} as select {listed} from {place} "
        f"limit 1 over (partition by {quoted(key)} order by {newest})"
    )
    return [create, f"select refresh({literal(f'{schema}.{table}')})"]


def _written(design: VerticaDesign) -> str:
    clauses = ""
    if design.order_by:
        clauses += f" order by {_listed(design.order_by)}"
    if design.segmented_by:
        clauses += f" segmented by hash({_listed(design.segmented_by)}) all nodes"
    if design.unsegmented:
        clauses += " unsegmented all nodes"
    if design.partition_by:
        day = f"{quoted(design.partition_by)}::date"
        clauses += f" partition by {day} group by calendar_hierarchy_day({day}, 2, 2)"
    return clauses


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))

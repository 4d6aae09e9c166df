"""Physical design: how the rows of a new table are sorted and spread over the nodes."""

from vault_assets.model.names import quoted
from vault_assets.sql.plans import TablePlan
from vault_assets.targets.vertica.twin import Column, Columns
from vault_assets.targets.vertica.types import vertica_type

_STAGE = ("batch_id", "load_ts", "row_no", "record_source")


def column_body(columns: Columns, plan: TablePlan | None = None) -> str:
    """Return the columns of a new table."""
    return ", ".join(
        f"{quoted(c.name)} {column_type(c, plan)}{'' if c.nullable else ' not null'}"
        for c in columns
    )


def column_type(column: Column, plan: TablePlan | None = None) -> str:
    """Return the type of a column; a text is as wide as declared."""
    declared = {c.name: c.type.length for c in plan.columns} if plan else {}
    return vertica_type(column.kind, column.name, declared.get(column.name))


def physical_clauses(columns: Columns, plan: TablePlan | None) -> str:
    """Return the physical clauses of a new table, with a blank before them.

    Tables of one key lie on the same node and are sorted by it, so that joins stay there. Tables of
    the registry are small and are joined with all others: every node has them. Marts, whose key
    nobody knows, are left to Vertica.
    """
    names = [column.name for column in columns]
    if plan is None or not plan.columns:
        return ""
    if plan.layer == "registry":
        return f" order by {_listed(names[:2])} unsegmented all nodes"
    hashes = [column.name for column in columns if column.kind == "UUID"]
    if tuple(names[:4]) == _STAGE:
        spread = hashes[0] if hashes else "batch_id"
        return (
            f" order by {_listed(['load_ts', spread] if hashes else ['load_ts', 'row_no'])}"
            f"{_segmented(spread)}{_by_day('load_ts')}"
        )
    if "load_ts" not in names:
        return ""
    if not hashes or names[0] != hashes[0]:
        return f" order by {_listed(names[:1])} unsegmented all nodes"
    history = "hashdiff" in names
    order = [names[0], "load_ts"] if history else [names[0]]
    return f" order by {_listed(order)}{_segmented(names[0])}"


def _segmented(column: str) -> str:
    return f" segmented by hash({quoted(column)}) all nodes"


def _by_day(column: str) -> str:
    day = f"{quoted(column)}::date"
    return f" partition by {day} group by calendar_hierarchy_day({day}, 2, 2)"


def _listed(names: list[str]) -> str:
    return ", ".join(map(quoted, names))

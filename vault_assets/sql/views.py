"""The views of a history table: a file in `sql/vault/<pattern>/views` each, named after it."""

from dataclasses import dataclass

from vault_assets.model.names import quoted
from vault_assets.model.query_references import VIEWS
from vault_assets.model.warehouse import Warehouse
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.plans import ColumnPlan, TablePlan, VaultPlan
from vault_assets.sql.role_views import role_view_named
from vault_assets.sql.templates import render, sql_folder

END_COLUMN = "load_end_ts"
ADDED: dict[str, dict[str, str]] = {
    "history": {END_COLUMN: "load_ts"},
    "intervals": {
        "first_load_ts": "load_ts",
        "last_load_ts": "load_ts",
        "first_batch_id": "batch_id",
        "last_batch_id": "batch_id",
        "batches": "batch_id",
    },
}
"""Kind of view: the columns that its table lacks, and the table's columns behind them."""


@dataclass(frozen=True)
class ViewPlan:
    """A view of a vault table.

    Args:
        view: The view as a table: columns are only those of the table that it shows.
        kind: `current`, `history`, `present` or `intervals`.
        sql: The statement that creates or replaces it.
    """

    view: TablePlan
    kind: str
    sql: str

    @property
    def columns(self) -> list[str]:
        """Names of the view's columns, in order."""
        return [*(column.name for column in self.view.columns), *ADDED.get(self.kind, ())]


def view_plans(plan: VaultPlan) -> list[ViewPlan]:
    """Return the views of a vault table; none where the pattern or the declaration has none."""
    found = []
    for kind in view_kinds(plan):
        table = plan.table
        view = TablePlan(
            table.layer, f"{table.name}_{kind}", shown_columns(plan, kind), table.description
        )
        sql = render(
            "vault/views/create_view.sql", plan=plan, view=view, kind=kind, key=quoted(plan.key)
        )
        found.append(ViewPlan(view, kind, sql))
    return found


def shown_columns(plan: VaultPlan, kind: str) -> tuple[ColumnPlan, ...]:
    """Return the columns of the table that a view of it shows."""
    columns = plan.table.columns
    return tuple(c for c in columns if c.name == plan.key) if kind == "intervals" else columns


def view_kinds(plan: VaultPlan) -> tuple[str, ...]:
    """Return the kinds of views that the table has."""
    folder = sql_folder() / "vault" / plan.pattern / "views"
    if not plan.options.get("views", True):
        return ()
    kinds = [kind for kind in VIEWS if (folder / f"{kind}.sql").is_file()]
    # What a key's last delivery lacks is gone only where each delivery is complete.
    return tuple(kind for kind in kinds if kind != "present" or plan.options.get("complete"))


def viewed_table(warehouse: Warehouse, name: str) -> str | None:
    """Return the vault table that the view `name` shows, or None if there is no such view."""
    for sal, link in warehouse.same_as_links.items():
        if name == link.view_name:
            return _last_of(warehouse, sal)
    if role := role_view_named(warehouse, name):
        return role.hub
    table, _, kind = name.rpartition("_")
    if kind not in VIEWS or table not in {other for _, other, _ in warehouse.vault_tables()}:
        return None
    return table if kind in view_kinds(vault_plan(warehouse, table)) else None


def _last_of(warehouse: Warehouse, sal: str) -> str:
    """Return the table after which the view of a same-as link is complete."""
    undoing = [n for n, table in warehouse.effectivity_satellites.items() if table.link == sal]
    return undoing[-1] if undoing else sal

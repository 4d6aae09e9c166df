"""What a mart's query reads: its tables, and for each column the columns it comes from."""

import re
from collections.abc import Iterator
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage as trace
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from vault_assets.errors import DeclarationError
from vault_assets.model.layers import VAULT
from vault_assets.model.names import nearest
from vault_assets.model.partitions import BATCHES
from vault_assets.model.warehouse import Warehouse
from vault_assets.sql.master_views import master_view_named
from vault_assets.sql.metrics import with_metrics
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.query_plans import query_table
from vault_assets.sql.role_views import role_view_named
from vault_assets.sql.stages import stage_plan
from vault_assets.sql.templates import declared_sql
from vault_assets.sql.views import ADDED, shown_columns, viewed_table

Origin = tuple[str, str, str]
_TEMP = "temp"
_COLORS = re.compile(r"\x1b\[\d+m")


def mart_sql(warehouse: Warehouse, name: str) -> str:
    """Return a mart's query, with the formulas of its metrics."""
    return with_metrics(warehouse, name, mart_text(warehouse, name))


def mart_text(warehouse: Warehouse, name: str) -> str:
    """Return a mart's query as it was written."""
    sql = warehouse.marts[name].sql or _default_path(warehouse, name)
    return declared_sql(sql).strip()


def _file(warehouse: Warehouse, name: str) -> str:
    """Return the file of a mart's query; empty if the declaration has the query itself."""
    sql = warehouse.marts[name].sql or _default_path(warehouse, name)
    return sql if sql.endswith(".sql") else ""


def _default_path(warehouse: Warehouse, name: str) -> str:
    return f"{warehouse.name}/{warehouse.mart_layer(name)}/{name}.sql"


def mart_tables(warehouse: Warehouse, name: str) -> list[tuple[str, str]]:
    """Return (layer, table) of every table that a mart's query reads, sorted.

    A view counts as the table that it shows.

    Raises:
        DeclarationError: The query is no single select, or names a table that is not declared.
    """
    read = _read(warehouse, name)
    return sorted({(layer, _shown(warehouse, layer, table)) for layer, table in read})


def _read(warehouse: Warehouse, name: str) -> set[tuple[str, str]]:
    known = {(layer, table) for layer, table, _ in warehouse.tables()}
    parsed(warehouse, name)  # refuses what is no query
    tables, ctes = _named(mart_sql(warehouse, name))
    if changes := warehouse.marts[name].changes:
        ctes |= {changes.temp, BATCHES}
    found = set()
    for layer, table in tables:
        if not layer and table in ctes:
            continue
        if (layer, _shown(warehouse, layer, table)) not in known:
            label = f"{layer}.{table}" if layer else table
            hint = nearest(label, [".".join(pair) for pair in known])
            raise DeclarationError(
                f"mart {name!r} reads {label!r}, which is not declared: {hint}",
                where=_file(warehouse, name),
            )
        found.add((layer, table))
    return found


@lru_cache(maxsize=1024)
def _named(sql: str) -> tuple[tuple[tuple[str, str], ...], frozenset[str]]:
    """Return (layer or empty, name) of the tables of a query, in order, and its CTEs' names."""
    query = _expression(sql)
    tables = [(table.db, table.name) for table in query.find_all(exp.Table)]
    return tuple(dict.fromkeys(tables)), frozenset(cte.alias for cte in query.find_all(exp.CTE))


def _shown(warehouse: Warehouse, layer: str, table: str) -> str:
    """Return the table behind a view, or the table itself."""
    return (viewed_table(warehouse, table) if layer == VAULT else None) or table


def mart_order(warehouse: Warehouse) -> list[str]:
    """Return the marts, each after those that it reads.

    Raises:
        DeclarationError: They read each other in a circle; or as `mart_tables`.
    """
    reads = {
        name: [
            table
            for layer, table in mart_tables(warehouse, name)
            if warehouse.kind_of(layer, table) == "mart"
        ]
        for name in warehouse.marts
    }
    try:
        return list(TopologicalSorter(reads).static_order())
    except CycleError as error:
        circle = ", ".join(error.args[1])
        raise DeclarationError(f"marts read each other: {circle}", where=warehouse.name) from error


def mart_lineage(warehouse: Warehouse, name: str) -> dict[str, list[Origin]]:
    """Return for each column of a mart the (layer, table, column) that it is computed from."""
    query = parsed(warehouse, name).copy()  # tracing changes it
    tables = sorted(_read(warehouse, name))
    temporary = _temporary(warehouse, name)
    for table in query.find_all(exp.Table):
        if not table.db and table.name in temporary:
            table.set("db", exp.to_identifier(_TEMP))
    schema: dict[str, dict[str, dict[str, str]]] = {_TEMP: temporary} if temporary else {}
    for layer, table in tables:
        columns = dict.fromkeys(_columns(warehouse, layer, table), "unknown")
        schema.setdefault(layer, {})[table] = columns
    scope = _scope(query, schema)
    found = {}
    for column in query.named_selects:
        try:
            node = trace(
                column,
                query,
                schema=schema,
                dialect="duckdb",
                scope=scope,
                trim_selects=False,
                copy=False,
            )
        except SqlglotError:
            found[column] = []
            continue
        stored = {origin for origin in _leaves(node) if origin[0] != _TEMP}
        found[column] = sorted({_stored(warehouse, origin) for origin in stored})
    return found


def _scope(query: exp.Query, schema: dict[str, Any]) -> Scope | None:
    """Return the qualified query, once for all columns; None if it cannot be qualified."""
    try:
        qualified = qualify(
            query.copy(),
            dialect="duckdb",
            schema=schema,
            validate_qualify_columns=False,
            identify=False,
        )
    except SqlglotError:
        return None
    return build_scope(qualified)


def _temporary(warehouse: Warehouse, name: str) -> dict[str, dict[str, str]]:
    """Return the columns of the temp tables that the query of a mart may read."""
    changes = warehouse.marts[name].changes
    if changes is None:
        return {}
    batches = ("source", "batch_id", "load_ts", "from_key", "records", "loaded")
    columns = {changes.temp: changes.temp_columns, BATCHES: batches}
    return {table: dict.fromkeys(names, "unknown") for table, names in columns.items()}


def _stored(warehouse: Warehouse, origin: Origin) -> Origin:
    layer, table, column = origin
    view = master_view_named(warehouse, table) if layer == VAULT else None
    if view:
        origin_table = view.hub if column == view.hub_key else view.sal
        return layer, origin_table.name, column
    if layer == VAULT and (role := role_view_named(warehouse, table)):
        return layer, role.hub, role.origin(column)
    shown = _shown(warehouse, layer, table)
    if shown != table:
        column = ADDED.get(table.rpartition("_")[2], {}).get(column, column)
    return layer, shown, column


def _leaves(node: object) -> Iterator[Origin]:
    for item in node.walk():  # pyright: ignore[reportAttributeAccessIssue]
        table = item.expression.find(exp.Table) if not item.downstream else None
        if table is not None and table.db:
            yield table.db, table.name, item.name.rsplit(".", 1)[-1].strip('"')


def _columns(warehouse: Warehouse, layer: str, table: str) -> list[str]:
    plan: TablePlan
    kind = warehouse.kind_of(layer, table)
    if kind == "stage":
        plan = stage_plan(warehouse, table).table
    elif kind == "vault":
        if masters := master_view_named(warehouse, table):
            return [masters.hub_key, masters.master]
        if role := role_view_named(warehouse, table):
            return role.columns
        shown = _shown(warehouse, layer, table)
        if shown != table:
            shown_plan, view = vault_plan(warehouse, shown), table.rpartition("_")[2]
            own = [column.name for column in shown_columns(shown_plan, view)]
            return [*own, *ADDED.get(view, ())]
        if shown in {name for _, name, _ in warehouse.query_tables()}:
            plan = query_table(warehouse, shown)
        else:
            plan = vault_plan(warehouse, shown).table
    else:
        return list(parsed(warehouse, table).named_selects)
    return [column.name for column in plan.columns]


def parsed(warehouse: Warehouse, name: str) -> exp.Query:
    """Return a mart's query; what it reads with parameters looks like a table.

    Raises:
        DeclarationError: It is no single select.
    """
    return _parsed(warehouse, f"the query of mart {name!r}", mart_sql(warehouse, name))


def mart_columns(warehouse: Warehouse, name: str) -> list[str]:
    """Return the names of a mart's columns, in order."""
    return list(parsed(warehouse, name).named_selects)


def changed_reads(warehouse: Warehouse, name: str) -> set[tuple[str, str]]:
    """Return (layer or empty, table) of what a mart's query `changed` reads.

    Raises:
        DeclarationError: It is no single select.
    """
    parsed_changed(warehouse, name)  # refuses what is no query
    changes = warehouse.marts[name].changes
    found, ctes = _named(declared_sql(changes.changed if changes else ""))
    return {(layer, _shown(warehouse, layer, table)) for layer, table in found} - {
        ("", cte) for cte in ctes
    }


def parsed_changed(warehouse: Warehouse, name: str) -> exp.Query:
    """Return a mart's query `changed`.

    Raises:
        DeclarationError: It is no single select.
    """
    changes = warehouse.marts[name].changes
    text = changes.changed if changes else ""
    return _parsed(warehouse, f"`changed` of mart {name!r}", declared_sql(text))


def _parsed(warehouse: Warehouse, what: str, sql: str) -> exp.Query:
    try:
        parsed = _expression(sql)
    except SqlglotError as error:
        told = _COLORS.sub("", str(error))
        raise DeclarationError(f"{what} cannot be read: {told}", where=warehouse.name) from error
    if not isinstance(parsed, exp.Query):
        raise DeclarationError(f"{what} is no select statement", where=warehouse.name)
    return parsed


@lru_cache(maxsize=1024)
def _expression(sql: str) -> exp.Expr:
    """Return a parsed statement, to be read only: a build of marts asks for each many times."""
    parsed = sqlglot.parse_one(sql, dialect="duckdb")
    return _uncalled(parsed) if isinstance(parsed, exp.Query) else parsed


def _uncalled(query: exp.Query) -> exp.Query:
    """Let what is read with parameters, as in `mart.recent(90)`, look like a table."""
    for table in query.find_all(exp.Table):
        if table.db and isinstance(table.this, exp.Anonymous):
            table.set("this", exp.to_identifier(str(table.this.this)))
    return query

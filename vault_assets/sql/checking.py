"""What only the plans and queries of a declaration show: columns of layouts, marts, exports."""

from sqlglot import exp

from vault_assets.model.incremental import CHANGED_KEYS, Incremental
from vault_assets.model.marts import Mart, Parameter
from vault_assets.model.partitions import CHANGED, Partition
from vault_assets.model.references import Path, Problems
from vault_assets.model.warehouse import Warehouse
from vault_assets.sql.feeding import feeds_of
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.references import references
from vault_assets.sql.stages import stage_plan
from vault_assets.sql.tracing import (
    changed_reads,
    mart_columns,
    mart_order,
    mart_sql,
    parsed,
    parsed_changed,
)

_TIMES = {"year": "date timestamp", "month": "date timestamp", "day": "date timestamp"}

_NEWEST = ("load_ts", "load_seq")
_NO_SWAP = (
    "swap is of marts whose `partition` is a day or a month, with the same column in "
    "`vertica: partition_by`"
)
_NO_NEWEST = "is given: only satellites with one row per key and load have a newest row"


def check_plans(warehouse: Warehouse) -> None:
    """Check what the declaration's validation cannot know without plans and queries.

    Raises:
        pydantic.ValidationError: With one entry per mistake, each at its place.
        DeclarationError: A query cannot be read, or marts read each other in a circle.
    """
    problems = Problems(type(warehouse).__name__)
    for name, source in warehouse.sources.items():
        if source.layout:
            _planned_layout(stage_plan(warehouse, name).table, ("sources", name), problems)
        if source.vertica:
            _planned_design(stage_plan(warehouse, name).table, ("sources", name), problems)
    for field, name, table in warehouse.vault_tables():
        if table.layout:
            _planned_layout(vault_plan(warehouse, name).table, (field, name), problems)
        if table.vertica:
            plan = vault_plan(warehouse, name)
            newest = field != "reference_tables" and plan.primary_key[1:] == _NEWEST
            _planned_design(plan.table, (field, name), problems, has_newest=newest)
    for field, name, table in warehouse.query_tables():
        if table.layout:
            problems.add((field, name, "layout"), "is given: its files are divided by snapshot")
    mart_order(warehouse)
    for name, mart in warehouse.marts.items():
        _mart(warehouse, name, mart, problems)
    problems.raise_if_any()


def _planned_layout(table: TablePlan, path: Path, problems: Problems) -> None:
    layout = table.layout
    assert layout is not None  # noqa: S101  the caller has looked
    types = {column.name: column.type.kind for column in table.columns}
    for field, position, column, unit in layout.columns:
        place = (*path, "layout", field, position)
        if not problems.known(place, f"column of {table.label}", column, types) or not unit:
            continue
        if types[column] not in _TIMES.get(unit, "timestamp").split():
            problems.add(place, f"{column!r} is {types[column]}: it has no {unit}")


def _planned_design(
    table: TablePlan, path: Path, problems: Problems, *, has_newest: bool = False
) -> None:
    types = {column.name: column.type.kind for column in table.columns}
    if table.design and table.design.newest and not has_newest:
        problems.add((*path, "vertica", "newest"), _NO_NEWEST)
    if table.design and table.design.replace_partitions == "swap":
        problems.add((*path, "vertica", "replace_partitions"), _NO_SWAP)
    for field, position, column in table.design.columns if table.design else ():
        problems.known(
            (*path, "vertica", field, position), f"column of {table.label}", column, types
        )


def _mart(warehouse: Warehouse, name: str, mart: Mart, problems: Problems) -> None:
    path: Path = ("marts", name)
    columns = mart_columns(warehouse, name)
    for key in mart.key:
        problems.known((*path, "key"), f"column of mart {name}", key, columns)
    for field, position, column, _ in mart.layout.columns if mart.layout else ():
        place = (*path, "layout", field, position)
        problems.known(place, f"column of mart {name}", column, columns)
    if mart.vertica and mart.vertica.newest:
        problems.add((*path, "vertica", "newest"), _NO_NEWEST)
    if mart.vertica and mart.vertica.replace_partitions == "swap":
        _swap(mart, path, problems)
    for field, position, column in mart.vertica.columns if mart.vertica else ():
        place = (*path, "vertica", field, position)
        problems.known(place, f"column of mart {name}", column, columns)
    _parameters(warehouse, name, mart, problems)
    _kind(mart, path, problems)
    if mart.partition:
        place = (*path, "partition", "column")
        problems.known(place, f"column of mart {name}", mart.partition.column, columns)
        how = f"{mart.partition.column} in (select partition_value from {CHANGED})"
        _changes(warehouse, name, mart.partition, how, problems)
    if mart.incremental:
        _incremental(warehouse, name, mart, columns, problems)
    if mart.export:
        _export(mart, columns, path, problems)


def _swap(mart: Mart, path: Path, problems: Problems) -> None:
    partition, design = mart.partition, mart.vertica
    if (
        partition is None
        or partition.grain == "hour"
        or design is None
        or design.partition_by != partition.column
    ):
        problems.add((*path, "vertica", "replace_partitions"), _NO_SWAP)


def _kind(mart: Mart, path: Path, problems: Problems) -> None:
    if mart.kind == "table":
        return
    for field in ("partition", "incremental", "layout"):
        if getattr(mart, field):
            problems.add((*path, field), "is of tables: a view stores no rows")
    if not mart.is_called:
        return
    for field in ("key", "checks", "export"):
        if getattr(mart, field):
            problems.add((*path, field), "needs a default for every parameter of the view")


def _parameters(warehouse: Warehouse, name: str, mart: Mart, problems: Problems) -> None:
    path: Path = ("marts", name, "parameters")
    for used in references(mart_sql(warehouse, name)):
        problems.known(path, "parameter", used, mart.parameters)
    for parameter, value in mart.parameters.items():
        if isinstance(value, Parameter) != (mart.kind == "view"):
            form = "{type, default}" if mart.kind == "view" else "a value"
            problems.add((*path, parameter), f"a {mart.kind}'s parameter is {form}")
    for column in parsed(warehouse, name).find_all(exp.Column):
        if column.name in mart.view_parameters and not column.table:
            problems.add(
                (*path, column.name),
                f"the query reads a column {column.name!r}, which the parameter would hide: "
                f"write it with its table, t.{column.name}",
            )


def _incremental(
    warehouse: Warehouse, name: str, mart: Mart, columns: list[str], problems: Problems
) -> None:
    path: Path = ("marts", name, "incremental")
    incremental = mart.incremental
    assert incremental is not None  # noqa: S101  the caller has looked
    for key in incremental.key:
        problems.known((*path, "key"), f"column of mart {name}", key, columns)
    listed = ", ".join(incremental.key)
    how = f"({listed}) in (select {listed} from {CHANGED_KEYS})"
    _changes(warehouse, name, incremental, how, problems)
    found = parsed_changed(warehouse, name).named_selects
    if "*" not in found and sorted(found) != sorted(incremental.key):
        problems.add((*path, "changed"), f"returns {', '.join(found)}, but the key is {listed}")


def _changes(
    warehouse: Warehouse,
    name: str,
    changes: Partition | Incremental,
    condition: str,
    problems: Problems,
) -> None:
    field = "partition" if isinstance(changes, Partition) else "incremental"
    path: Path = ("marts", name, field)
    query = parsed(warehouse, name)
    if changes.temp not in {table.name for table in query.find_all(exp.Table)}:
        problems.add(path, f"the query does not read {changes.temp}: add `where {condition}`")
    changed = changed_reads(warehouse, name)
    if ("", "new_batches") not in changed:
        problems.add((*path, "changed"), "does not read new_batches: every build would build all")
    known = {(layer, table) for layer, table, _ in warehouse.tables()}
    for layer, table in sorted(changed - {("", "new_batches")}):
        label = ".".join(filter(None, (layer, table)))
        problems.known((*path, "changed"), "table", label, [".".join(pair) for pair in known])
    if not feeds_of(warehouse, name):
        problems.add(path, "nothing that the query reads is loaded by batches")


def _export(mart: Mart, columns: list[str], path: Path, problems: Problems) -> None:
    assert mart.export is not None  # noqa: S101  the caller has looked
    for column in mart.export.order_by:
        problems.known((*path, "export", "order_by"), "column", column, columns)
    for column in mart.export.leave_out:
        problems.known((*path, "export", "leave_out"), "column", column, columns)
    for named in mart.export.named:
        if mart.partition is None or named != mart.partition.column:
            known = [mart.partition.column] if mart.partition else []
            problems.known((*path, "export", "key"), "partition", named, known)

"""Cross-references of a declaration: every name must exist and fit, every mistake is reported."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydantic_core import InitErrorDetails, ValidationError

from vault_assets.model.event_tables import check_event_tables
from vault_assets.model.further_tables import check_further_tables
from vault_assets.model.histories import History
from vault_assets.model.history_references import check_history
from vault_assets.model.names import nearest
from vault_assets.model.relations import Hub, Link, LinkBinding, NonHistorizedLink, Relation
from vault_assets.model.types import ColumnType

if TYPE_CHECKING:
    from vault_assets.model.warehouse import Warehouse

Path = tuple[str | int, ...]
_Role = tuple[Relation, LinkBinding, str]
RESERVED = frozenset({"batch_id", "load_ts", "load_seq", "row_no", "record_source", "hashdiff"})


class Problems:
    """Collects mistakes with their place in the declaration."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.found: list[InitErrorDetails] = []

    def add(self, path: Path, message: str) -> None:
        """Record one mistake at `path`."""
        self.found.append(
            InitErrorDetails(
                type="value_error", loc=path, input=None, ctx={"error": ValueError(message)}
            )
        )

    def known(self, path: Path, kind: str, name: str, names: Iterable[str]) -> bool:
        """Record a mistake unless `name` is one of `names`; say whether it is."""
        names = list(names)
        if name not in names:
            self.add(path, f"no {kind} {name!r}: {nearest(name, names)}")
        return name in names

    def raise_if_any(self) -> None:
        """Raise one ValidationError with all mistakes, if there are any."""
        if self.found:
            raise ValidationError.from_exception_data(self.title, self.found)


def check_references(warehouse: "Warehouse", problems: Problems) -> None:
    """Record every name in `warehouse` that does not exist or does not fit."""
    _reserved_names(warehouse, problems)
    for name, hub in warehouse.hubs.items():
        _hub(warehouse, hub, ("hubs", name), problems)
    for field, name, relation in warehouse.relations():
        _relation(warehouse, relation, (field, name), problems)
    for field, name, table in warehouse.vault_tables():
        if isinstance(table, History):
            check_history(warehouse, table, (field, name), problems)
    check_further_tables(warehouse, problems)
    check_event_tables(warehouse, problems)
    _one_name_each(warehouse, problems)
    if not problems.found:
        _stage_hashes(warehouse, problems)


def _reserved_names(warehouse: "Warehouse", problems: Problems) -> None:
    for name, source in warehouse.sources.items():
        for column in (*source.columns, *source.derived):
            if column in RESERVED:
                problems.add(
                    ("sources", name, "columns", column),
                    f"{column!r} is a column that every table has already",
                )


def _one_name_each(warehouse: "Warehouse", problems: Problems) -> None:
    seen: dict[str, str] = {}
    for field, name, _ in warehouse.vault_tables():
        if name in seen:
            problems.add((field, name), f"{name!r} is declared under {seen[name]!r} too")
        seen.setdefault(name, field)


def _hub(warehouse: "Warehouse", hub: Hub, path: Path, problems: Problems) -> None:
    types: dict[str, ColumnType] = {}
    for part in hub.optional:
        problems.known((*path, "optional"), "key part", part, hub.keys)
    for number, binding in enumerate(hub.bindings):
        here = (*path, "from", number)
        if not problems.known((*here, "stage"), "stage", binding.stage, warehouse.sources):
            continue
        stage = warehouse.stage_types(binding.stage)
        for column in binding.columns:
            problems.known((*here, "columns", column), "column", column, hub.keys + hub.payload)
        for column in hub.keys + hub.payload:
            from_column = binding.columns.get(column, column)
            if not problems.known(
                (*here, "columns", column), f"column of stage {binding.stage}", from_column, stage
            ):
                continue
            found = stage[from_column]
            first = types.setdefault(column, found)
            if (first.kind, first.scale) != (found.kind, found.scale):
                problems.add((*here, "columns", column), f"is {found} here but {first} before")
            if column in hub.keys and found.kind == "float":
                problems.add((*path, "keys"), f"{column!r} is a float: floats cannot be keys")


def _relation(warehouse: "Warehouse", link: Relation, path: Path, problems: Problems) -> None:
    for role in link.nulls:
        problems.known((*path, "nulls"), "role", role, link.hubs)
    for role, hub in link.hubs.items():
        problems.known((*path, "hubs", role), "hub", hub, warehouse.hubs)
    for number, binding in enumerate(link.bindings):
        here = (*path, "from", number)
        if not problems.known((*here, "stage"), "stage", binding.stage, warehouse.sources):
            continue
        for role in binding.keys:
            problems.known((*here, "keys", role), "role", role, link.hubs)
        for role, hub in link.hubs.items():
            if hub in warehouse.hubs:
                _role(warehouse, (link, binding, role), (*here, "keys", role), problems)
        _own_columns(warehouse, link, binding, here, problems)


def _own_columns(
    warehouse: "Warehouse", link: Relation, binding: LinkBinding, path: Path, problems: Problems
) -> None:
    """Check the columns that a link has beside the keys of its hubs."""
    keys = own_keys(link)
    columns = (*keys, *(link.payload if isinstance(link, NonHistorizedLink) else ()))
    for column in binding.columns:
        problems.known((*path, "columns", column), "column", column, columns)
    stage = warehouse.stage_types(binding.stage)
    for column in columns:
        origin = binding.columns.get(column, column)
        here = (*path, "columns", column)
        if not problems.known(here, f"column of stage {binding.stage}", origin, stage):
            continue
        if column in keys and stage[origin].kind == "float":
            problems.add(here, f"{column!r} is a float: floats cannot be keys")


def own_keys(link: Relation) -> tuple[str, ...]:
    """Return the columns that belong to a link's key beside those of its hubs."""
    if isinstance(link, Link):
        return link.child_keys
    return link.identity if isinstance(link, NonHistorizedLink) else ()


def _role(warehouse: "Warehouse", relation: _Role, path: Path, problems: Problems) -> None:
    link, binding, role = relation
    hub = warehouse.hubs[link.hubs[role]]
    columns = binding.keys.get(role, hub.keys)
    if len(columns) != len(hub.keys):
        problems.add(path, f"needs {len(hub.keys)} columns ({', '.join(hub.keys)})")
        return
    stage = warehouse.stage_types(binding.stage)
    for column, key in zip(columns, hub.keys, strict=True):
        if not problems.known(path, f"column of stage {binding.stage}", column, stage):
            return
        expected = key_type(warehouse, hub, key)
        if expected and (expected.kind, expected.scale) != (
            stage[column].kind,
            stage[column].scale,
        ):
            problems.add(path, f"{column!r} is {stage[column]}, but {key!r} is {expected}")
    if link.orphans is None and not feeds(hub, binding.stage, columns):
        problems.add(
            path[:2],
            f"stage {binding.stage!r} does not feed {link.hubs[role]!r} with "
            f"{', '.join(columns)}: add it to the hub's `from`, or declare `orphans`",
        )


def key_type(warehouse: "Warehouse", hub: Hub, key: str) -> ColumnType | None:
    """Return the type of a hub's column, as its first binding gives it."""
    for binding in hub.bindings:
        if binding.stage in warehouse.sources:
            types = warehouse.stage_types(binding.stage)
            column = binding.columns.get(key, key)
            if column in types:
                return types[column]
    return None


def feeds(hub: Hub, stage: str, columns: tuple[str, ...]) -> bool:
    """Whether the hub takes its keys from these columns of the stage."""
    return any(
        binding.stage == stage
        and binding.where is None
        and tuple(binding.columns.get(key, key) for key in hub.keys) == columns
        for binding in hub.bindings
    )


def _stage_hashes(warehouse: "Warehouse", problems: Problems) -> None:
    """A hash column of a stage has one meaning: two roles of one name must hash the same."""
    meaning: dict[tuple[str, str], tuple[str, ...]] = {}

    def claim(stage: str, column: str, columns: tuple[str, ...], path: Path) -> None:
        first = meaning.setdefault((stage, column), columns)
        if first != columns:
            problems.add(
                path,
                f"{column!r} of stage {stage!r} would be hashed from {', '.join(columns)} here "
                f"and from {', '.join(first)} elsewhere: give the role another name",
            )

    for name, hub in warehouse.hubs.items():
        for binding in hub.bindings:
            columns = tuple(binding.columns.get(key, key) for key in hub.keys)
            claim(binding.stage, binding.role or hub.hash_key, columns, ("hubs", name))
    for name, table in warehouse.reference_tables.items():
        if len(table.code) > 1:
            path = ("reference_tables", name)
            claim(table.binding.stage, table.hash_key, table.code, path)
    for field, name, link in warehouse.relations():
        for binding in link.bindings:
            for role, hub_name in link.hubs.items():
                columns = binding.keys.get(role, warehouse.hubs[hub_name].keys)
                claim(binding.stage, role, columns, (field, name, "hubs", role))

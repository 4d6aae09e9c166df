"""Plans of stages: the columns of a source, the hashes that vault tables need of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from vault_assets.hashing import Profile, profile_of
from vault_assets.model import (
    MultiActiveSatellite,
    NonHistorizedLink,
    Prejoin,
    ReferenceTable,
    Relation,
    Satellite,
    Source,
)
from vault_assets.model.names import quoted
from vault_assets.model.null_keys import RolePolicy
from vault_assets.model.references import key_type, own_keys
from vault_assets.model.relations import Hub, LinkBinding
from vault_assets.model.sources import DerivedColumn
from vault_assets.model.types import ColumnType
from vault_assets.model.warehouse import Warehouse
from vault_assets.sql.dialect import sql_type
from vault_assets.sql.null_keys import if_any, null_key_plans, placeholders
from vault_assets.sql.once import once_per_warehouse
from vault_assets.sql.plans import (
    INTEGER,
    QUARANTINE_COLUMNS,
    TEXT,
    TIMESTAMP,
    ColumnPlan,
    Hash,
    PrejoinPlan,
    StagePlan,
    TablePlan,
)

Parts = tuple[tuple[str, ColumnType], ...]
ROW_POSITION: Parts = (("batch_id", TEXT), ("row_no", INTEGER))
"""What identifies a row that nothing else identifies."""


@once_per_warehouse
def stage_plan(warehouse: Warehouse, name: str) -> StagePlan:
    """Return the plan of the stage of source `name`."""
    source = warehouse.sources[name]
    rules = profile_of(warehouse.hashing)
    hashes = tuple(
        {item.name: _by_rules(item, rules) for item in _hashes(warehouse, name)}.values()
    )
    columns = (
        ColumnPlan("batch_id", TEXT, nullable=False, description="The batch of the row."),
        ColumnPlan("load_ts", TIMESTAMP, nullable=False, description="Load time of the batch."),
        ColumnPlan("row_no", INTEGER, nullable=False, description="Line of the file it begins at."),
        ColumnPlan("record_source", TEXT, nullable=False, description="Where the row came from."),
        *(
            ColumnPlan(column, declared, description=warehouse.described(name, column))
            for column, declared in warehouse.stage_types(name).items()
        ),
        *(
            ColumnPlan(
                item.name,
                rules.hash_type,
                description=f"Hash ({item.kind}) of {', '.join(part for part, _ in item.parts)}.",
            )
            for item in hashes
        ),
    )
    return StagePlan(
        source=name,
        table=TablePlan(
            warehouse.stage_layer,
            name,
            columns,
            source.description,
            source.layout,
            source.vertica,
        ),
        quarantine=TablePlan(
            warehouse.stage_layer,
            f"{name}_quarantine",
            tuple(QUARANTINE_COLUMNS),
            f"Rows of {name} that could not enter, with the reason.",
        ),
        hashes=hashes,
        normalized=tuple(
            (name, _normalized(quoted(name), column.normalize))
            for name, column in source.columns.items()
            if column.normalize
        ),
        derived=tuple(
            (name, _derived(column)) for name, column in source.derived.items() if column.sql
        ),
        null_keys=null_key_plans(warehouse, name),
        prejoins=tuple(
            _prejoin(warehouse, source, key, prejoin) for key, prejoin in source.prejoins.items()
        ),
    )


def _derived(column: DerivedColumn) -> str:
    return f"cast(({column.sql}) as {sql_type(column.type)})"


def _prejoin(warehouse: Warehouse, source: Source, name: str, prejoin: Prejoin) -> PrejoinPlan:
    derived = {own: source.derived[own] for own in prejoin.on if own in source.derived}
    values = {
        own: f"l.{quoted(f'_on_{own}')}"
        if own in derived
        else _normalized(f"l.{quoted(own)}", source.columns[own].normalize)
        for own in prejoin.on
    }
    return PrejoinPlan(
        name,
        stage_plan(warehouse, prejoin.source),
        tuple((own, values[own], there) for own, there in prejoin.on.items()),
        tuple(prejoin.columns.items()),
        quarantine=prejoin.missing == "quarantine",
        computed=tuple((f"_on_{own}", _derived(column)) for own, column in derived.items()),
    )


def _normalized(expression: str, steps: Sequence[str]) -> str:
    for step in steps:
        expression = f"{step}({expression})"
    return expression


def role_columns(
    warehouse: Warehouse, link: Relation, binding: LinkBinding, role: str
) -> tuple[str, ...]:
    """Return the stage columns that hold the hub's key for a role of a link."""
    return binding.keys.get(role, warehouse.hubs[link.hubs[role]].keys)


def hub_parts(warehouse: Warehouse, hub: Hub, columns: tuple[str, ...]) -> Parts:
    """Return the parts of a hub's key taken from these stage columns, with the vault's types."""
    parts = []
    for column, key in zip(columns, hub.keys, strict=True):
        declared = key_type(warehouse, hub, key)
        assert declared is not None  # noqa: S101  the declaration is validated
        parts.append((column, declared))
    return tuple(parts)


def _hashes(warehouse: Warehouse, stage: str) -> Iterator[Hash]:
    for hub in warehouse.hubs.values():
        for binding in hub.bindings:
            if binding.stage == stage:
                columns = tuple(binding.columns.get(key, key) for key in hub.keys)
                name = binding.role or hub.hash_key
                policies: list[RolePolicy] = [hub.null_policy(key) for key in hub.keys]
                yield _key(name, hub_parts(warehouse, hub, columns), policies)
    for _, name, link in warehouse.relations():
        for binding in link.bindings:
            if binding.stage == stage:
                yield from _link_hashes(warehouse, name, link, binding)
    for _, name, table in warehouse.vault_tables():
        described = isinstance(table, Satellite | MultiActiveSatellite | ReferenceTable)
        if described and table.binding.stage == stage:
            yield from _described_hashes(warehouse, name, table)


def _described_hashes(
    warehouse: Warehouse, name: str, table: Satellite | MultiActiveSatellite | ReferenceTable
) -> Iterator[Hash]:
    if isinstance(table, ReferenceTable) and len(table.code) > 1:
        types = warehouse.stage_types(table.binding.stage)
        yield Hash(table.hash_key, "key", tuple((code, types[code]) for code in table.code))
    yield Hash(f"hd_{name}", "hashdiff", payload_parts(warehouse, table))


def _by_rules(item: Hash, rules: Profile) -> Hash:
    ordered = rules.payload_order(item.parts) if item.kind == "hashdiff" else item.parts
    return replace(item, parts=ordered, rules=rules)


def _key(name: str, parts: Parts, policies: Sequence[RolePolicy]) -> Hash:
    """Return the hash of a hub's key, with a policy for each of its parts."""
    optional = (c for (c, _), policy in zip(parts, policies, strict=True) if policy == "allow")
    return Hash(name, "key", parts, frozenset(optional), placeholders=placeholders(parts, policies))


def _link_hashes(
    warehouse: Warehouse, name: str, link: Relation, binding: LinkBinding
) -> Iterator[Hash]:
    groups: list[Parts] = []
    optional: set[str] = set()
    filled: list[str | None] = []
    for role, hub_name in link.hubs.items():
        hub = warehouse.hubs[hub_name]
        parts = hub_parts(warehouse, hub, role_columns(warehouse, link, binding, role))
        policies = link.null_policies(role, hub)
        yield _key(role, parts, policies)
        groups.append(parts)
        filled += placeholders(parts, policies) or [None] * len(parts)
        optional |= {
            column
            for (column, _), policy in zip(parts, policies, strict=True)
            if policy in {"allow", "unknown"}
        }
    own = _typed_columns(warehouse, binding, own_keys(link))
    if isinstance(link, NonHistorizedLink):
        yield Hash(link.hash_key, "key", own or ROW_POSITION)
        payload = _typed_columns(warehouse, binding, link.payload)
        filled += [None] * len(payload)
        yield Hash(f"hd_{name}", "hashdiff", _joined(groups) + payload, placeholders=if_any(filled))
    else:
        groups += [own] if own else []
        filled += [None] * len(own)
        yield Hash(
            link.hash_key,
            "key",
            _joined(groups),
            frozenset(optional),
            tuple(groups),
            placeholders=if_any(filled),
        )


def _joined(groups: Sequence[Parts]) -> Parts:
    return tuple(part for parts in groups for part in parts)


def _typed_columns(warehouse: Warehouse, binding: LinkBinding, columns: Sequence[str]) -> Parts:
    types = warehouse.stage_types(binding.stage)
    origins = [binding.columns.get(column, column) for column in columns]
    return tuple((origin, types[origin]) for origin in origins)


def payload_parts(
    warehouse: Warehouse, table: Satellite | MultiActiveSatellite | ReferenceTable
) -> Parts:
    """Return the columns of a satellite's hashdiff: child keys, then payload."""
    types = warehouse.stage_types(table.binding.stage)
    children = table.child_keys if isinstance(table, MultiActiveSatellite) else {}
    return tuple(
        (column, types[column]) for column in (*children.values(), *table.payload.values())
    )


def hash_expressions(
    hashes: Sequence[Hash], *, never_null: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Return (column, SQL expression over the stage's columns) of these hashes.

    Args:
        hashes: The hashes.
        never_null: Columns that are not NULL in any row, which makes the expressions quicker.
    """
    known = {quoted(column) for column in never_null}
    return [(item.name, _expression(item, known)) for item in hashes]


def lossy_keys(plan: StagePlan) -> list[tuple[str, str]]:
    """Return (column, SQL list of its parts) of keys whose rules may mix two keys up.

    The parts are as their rules mean to see them: what they ignore on purpose is taken off.
    """
    return [
        (item.name, ", ".join(map(item.rules.sql_normalised, _quoted(item.parts))))
        for item in plan.hashes
        if item.kind == "key" and not item.rules.injective
    ]


def _expression(item: Hash, never_null: Collection[str]) -> str:
    parts = _filled(item)
    filled = {column for column, _ in parts} - {column for column, _ in _quoted(item.parts)}
    never_null = {*never_null, *filled}
    if item.kind == "hashdiff":
        return item.rules.sql_hashdiff(parts, never_null=never_null)
    optional = {quoted(column) for column in item.optional}
    needed = {column for column, _ in parts} - optional
    key = item.rules.sql_key(parts, never_null={*needed, *never_null})
    missing = " or ".join(
        condition
        for group in _grouped(item, parts)
        if (known := [part for part in group if part[0] not in optional])
        and (condition := item.rules.sql_missing(known, never_null=never_null))
    )
    return f"case when not ({missing}) then {key} end" if missing else key


def _filled(item: Hash) -> Parts:
    """Return the parts of a hash as expressions, with what stands in for NULL."""
    if not item.placeholders:
        return _quoted(item.parts)
    return tuple(
        (quoted(column) if value is None else f"coalesce({quoted(column)}, {value})", declared)
        for (column, declared), value in zip(item.parts, item.placeholders, strict=True)
    )


def _grouped(item: Hash, parts: Parts) -> Iterator[Parts]:
    """Yield the parts of each hub of a link, and its own; of another key, all."""
    rest = iter(parts)
    for group in item.hubs or (item.parts,):
        yield tuple(islice(rest, len(group)))


def _quoted(parts: Parts) -> Parts:
    return tuple((quoted(column), declared) for column, declared in parts)

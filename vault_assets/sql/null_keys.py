"""What stands in for NULL in parts of keys, and which columns of a stage must not be NULL."""

from collections.abc import Iterator, Sequence

from vault_assets.model.names import literal
from vault_assets.model.null_keys import Placeholder, RolePolicy, placeholder_text
from vault_assets.model.references import key_type
from vault_assets.model.relations import Hub
from vault_assets.model.types import ColumnType
from vault_assets.model.warehouse import Warehouse
from vault_assets.sql.dialect import sql_type
from vault_assets.sql.plans import NullKeyPlan

_Use = tuple[tuple[str, ...], Hub, Sequence[RolePolicy], str | None]
"""Columns of a stage that hold a hub's key, the policies of its parts, a condition on the rows."""


def placeholder_sql(policy: RolePolicy, declared: ColumnType) -> str | None:
    """Return SQL of the value that stands in for NULL; None if nothing does."""
    if not isinstance(policy, Placeholder):
        return None
    return f"cast({literal(placeholder_text(policy, declared))} as {sql_type(declared)})"


def placeholders(
    parts: Sequence[tuple[str, ColumnType]], policies: Sequence[RolePolicy]
) -> tuple[str | None, ...]:
    """Return SQL of what stands in for NULL in each part; empty if nothing does in any."""
    found = tuple(
        placeholder_sql(policy, declared)
        for (_, declared), policy in zip(parts, policies, strict=True)
    )
    return if_any(found)


def if_any(found: Sequence[str | None]) -> tuple[str | None, ...]:
    """Return the placeholders of a hash; none at all if no part has one."""
    return tuple(found) if any(found) else ()


def hub_placeholders(warehouse: Warehouse, hub: Hub) -> tuple[tuple[str, str], ...]:
    """Return (key part, SQL of what stands in for NULL) of a hub."""
    return tuple(
        (key, found)
        for key in hub.keys
        if (declared := key_type(warehouse, hub, key))
        and (found := placeholder_sql(hub.null_policy(key), declared))
    )


def null_key_plans(warehouse: Warehouse, stage: str) -> tuple[NullKeyPlan, ...]:
    """Return the columns of a stage whose NULLs have a placeholder, or fail the batch."""
    found = (plan for use in _uses(warehouse, stage) for plan in _null_keys(warehouse, use))
    return tuple(dict.fromkeys(found))


def _uses(warehouse: Warehouse, stage: str) -> Iterator[_Use]:
    for hub in warehouse.hubs.values():
        for binding in hub.bindings:
            if binding.stage == stage:
                columns = tuple(binding.columns.get(key, key) for key in hub.keys)
                policies: list[RolePolicy] = [hub.null_policy(key) for key in hub.keys]
                yield columns, hub, policies, binding.where
    for _, _, link in warehouse.relations():
        for binding in link.bindings:
            for role, name in link.hubs.items() if binding.stage == stage else ():
                hub = warehouse.hubs[name]
                columns = binding.keys.get(role, hub.keys)
                yield columns, hub, link.null_policies(role, hub), binding.where


def _null_keys(warehouse: Warehouse, use: _Use) -> Iterator[NullKeyPlan]:
    columns, hub, policies, where = use
    for column, key, policy in zip(columns, hub.keys, policies, strict=True):
        if policy == "fail" or isinstance(policy, Placeholder):
            declared = key_type(warehouse, hub, key)
            assert declared is not None  # noqa: S101  the declaration is validated
            filled = placeholder_sql(policy, declared)
            yield NullKeyPlan(column, declared, where or "true", filled)

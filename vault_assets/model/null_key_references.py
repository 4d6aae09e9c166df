"""What a declaration says of NULLs in keys must fit: types, columns, and each other."""

from typing import TYPE_CHECKING, Any

from vault_assets.model.null_keys import Placeholder, hashed_null, placeholder_text
from vault_assets.model.references import Path, Problems, key_type
from vault_assets.model.relations import Hub

if TYPE_CHECKING:
    from vault_assets.model.warehouse import Warehouse


def check_null_keys(warehouse: "Warehouse", problems: Problems) -> None:
    """Record every policy of NULLs in keys that does not fit; all names are known to exist."""
    for name, hub in warehouse.hubs.items():
        _hub(warehouse, hub, ("hubs", name, "null_key"), problems)
    if not problems.found:
        _one_meaning_each(warehouse, problems)


def _hub(warehouse: "Warehouse", hub: Hub, path: Path, problems: Problems) -> None:
    for part in hub.null_key if isinstance(hub.null_key, dict) else ():
        if problems.known((*path, part), "key part", part, hub.keys) and part in hub.optional:
            problems.add((*path, part), f"{part!r} is among the `optional` parts too")
    if hub.optional and not isinstance(hub.null_key, dict) and hub.null_key != "reject":
        problems.add(path, "holds for every key part, but some are `optional`: name the others")
    for key in hub.keys:
        policy, declared = hub.null_policy(key), key_type(warehouse, hub, key)
        if isinstance(policy, Placeholder) and declared:
            try:
                placeholder_text(policy, declared)
            except ValueError as error:
                problems.add(path, f"{key!r}: {error}")
        if policy == "fail":
            _readable_nulls(warehouse, hub, key, path, problems)


def _readable_nulls(
    warehouse: "Warehouse", hub: Hub, key: str, path: Path, problems: Problems
) -> None:
    for binding in hub.bindings:
        name = binding.columns.get(key, key)
        column = warehouse.sources[binding.stage].columns.get(name)
        if column and not column.nullable:
            problems.add(
                path,
                f"{name!r} of {binding.stage!r} is not nullable, so its NULLs are quarantined "
                "before they could fail: take `nullable: false` away",
            )


def _one_meaning_each(warehouse: "Warehouse", problems: Problems) -> None:
    """A hash column of a stage treats NULL in one way, whoever uses it."""
    meaning: dict[tuple[str, str], tuple[Any, ...]] = {}

    def claim(stage: str, column: str, policies: tuple[Any, ...], path: Path) -> None:
        hashed = tuple(map(hashed_null, policies))
        if meaning.setdefault((stage, column), hashed) != hashed:
            problems.add(
                path,
                f"{column!r} of stage {stage!r} would treat NULL in another way than elsewhere: "
                "give the role another name, or declare the same",
            )

    for name, hub in warehouse.hubs.items():
        for binding in hub.bindings:
            policies = tuple(map(hub.null_policy, hub.keys))
            claim(binding.stage, binding.role or hub.hash_key, policies, ("hubs", name))
    for field, name, link in warehouse.relations():
        for binding in link.bindings:
            for role, hub_name in link.hubs.items():
                policies = link.null_policies(role, warehouse.hubs[hub_name])
                claim(binding.stage, role, policies, (field, name, "nulls", role))

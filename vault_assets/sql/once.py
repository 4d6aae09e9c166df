"""Plans are made once per warehouse: a declaration never changes, and loads ask for them often."""

import weakref
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from vault_assets.model.warehouse import Warehouse

Plan = TypeVar("Plan")


def once_per_warehouse(make: Callable[[Warehouse, str], Plan]) -> Callable[[Warehouse, str], Plan]:
    """Keep what a function made of a table of a warehouse, as long as the warehouse lives.

    A declaration is known by its identity: it has no hash, and to compare two costs as much as
    a plan.
    """
    kept: dict[int, dict[str, Any]] = {}

    @wraps(make)
    def made(warehouse: Warehouse, name: str) -> Plan:
        plans = kept.get(id(warehouse))
        if plans is None:
            plans = kept[id(warehouse)] = {}
            weakref.finalize(warehouse, kept.pop, id(warehouse), None)
        if name not in plans:
            plans[name] = make(warehouse, name)
        return plans[name]

    return made

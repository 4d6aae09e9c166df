"""Metrics in the queries of marts: `metric(name)` stands for the declared formula."""

import re

from vault_assets.errors import DeclarationError
from vault_assets.model.names import nearest
from vault_assets.model.warehouse import Warehouse

_USE = re.compile(r"\bmetric\(\s*(\w+)\s*\)")


def used_metrics(sql: str) -> list[str]:
    """Return the metrics that a query names, in order, each once."""
    return list(dict.fromkeys(_USE.findall(sql)))


def with_metrics(warehouse: Warehouse, mart: str, sql: str) -> str:
    """Return a mart's query with the formulas of the metrics that it names.

    Raises:
        DeclarationError: There is no such metric, or it has no meaning for the mart's key.
    """
    for name in used_metrics(sql):
        _require(warehouse, mart, name)
    return _USE.sub(lambda use: warehouse.metrics[use[1]].sql, sql)


def _require(warehouse: Warehouse, mart: str, name: str) -> None:
    where = f"{warehouse.name}: mart {mart}"
    if name not in warehouse.metrics:
        hint = nearest(name, warehouse.metrics)
        raise DeclarationError(f"no metric {name!r}: {hint}", where=where)
    key, keys = warehouse.marts[mart].key, warehouse.metrics[name].keys
    if set(key) not in [set(each) for each in keys]:
        grains = " or ".join(", ".join(each) for each in keys)
        raise DeclarationError(
            f"metric {name!r} has the grain {grains}, but the mart's key is "
            f"{', '.join(key) or 'not declared'}",
            where=where,
            fix="Declare the mart's `key`, or add it to the `grain` of the metric.",
        )

"""Tables of a house against the reference, and against what they held before."""

from collections.abc import Sequence
from typing import Any

from vault_assets.sql.planning import vault_plan
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.reference import expected, ghosts


def holds_what_it_should(house: House, tables: Sequence[str]) -> None:
    """Compare tables and their quarantine with the reference."""
    for name in tables:
        plan = vault_plan(house.warehouse, name)
        wanted = expected(house.warehouse, name, house.batches.values())
        columns = [column.name for column in plan.table.columns]
        texts = {column.name for column in plan.table.columns if column.type.kind == "text"}
        rows = [*wanted.rows, *ghosts(columns, plan.ghost_keys, texts)]
        quoted = ", ".join(f'"{column}"' for column in columns)
        found = house.query(f"select {quoted} from {plan.table.sql}")
        assert in_order(found) == in_order(tuple(row[c] for c in columns) for row in rows), name
        refused = {
            row
            for source in {binding.stage.source for binding in plan.bindings}
            for row in house.quarantined(source, name)
        }
        assert refused == wanted.quarantine, name


def in_order(rows: Any) -> list[Any]:
    return sorted(rows, key=repr)


def counts_what_it_should(house: House, tables: Sequence[str]) -> None:
    """Compare the counters of tables without orphans with the reference."""
    for name in tables:
        if not vault_plan(house.warehouse, name).parents:
            wanted = expected(house.warehouse, name, house.batches.values())
            for batch_id, counters in house.counters(name).items():
                assert counters == wanted.counters(batch_id), (name, batch_id)


def contents(house: House, tables: Sequence[str]) -> dict[str, Any]:
    refused = {s: house.query(f"from stage.{s}_quarantine") for s in house.warehouse.sources}
    return {name: house.contents(name) for name in tables} | {
        source: in_order(rows) for source, rows in refused.items()
    }

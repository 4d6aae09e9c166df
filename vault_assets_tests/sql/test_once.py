"""Plans are made once per warehouse, and never those of another one."""

import gc
import weakref

from vault_assets.model import Warehouse
from vault_assets.sql.once import once_per_warehouse
from vault_assets.sql.stages import stage_plan
from vault_assets_tests.loading.warehouses import town


def test_a_plan_is_made_once() -> None:
    made: list[str] = []

    @once_per_warehouse
    def plan(warehouse: Warehouse, name: str) -> str:
        made.append(name)
        return f"{warehouse.name}.{name}"

    first, second = town(), town().model_copy()
    assert [plan(first, "a"), plan(first, "a"), plan(first, "b")] == ["test.a", "test.a", "test.b"]
    assert made == ["a", "b"]
    assert plan(second, "a") == "test.a"
    assert made == ["a", "b", "a"]


def test_a_changed_copy_of_a_warehouse_has_plans_of_its_own() -> None:
    warehouse = town()
    name = next(iter(warehouse.sources))
    before = stage_plan(warehouse, name)
    source = warehouse.sources[name].model_copy(update={"description": "changed"})
    changed = warehouse.model_copy(update={"sources": {**warehouse.sources, name: source}})
    assert stage_plan(changed, name).table.description == "changed"
    assert stage_plan(warehouse, name) is before


def test_plans_go_with_their_warehouse() -> None:
    class Plan:
        pass

    @once_per_warehouse
    def plan(warehouse: Warehouse, name: str) -> Plan:
        del warehouse, name
        return Plan()

    warehouse = town().model_copy()
    made = weakref.ref(plan(warehouse, "a"))
    assert made() is not None
    del warehouse
    gc.collect()
    assert made() is None

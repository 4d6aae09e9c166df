"""The physical design of tables: defaults by what a table is, and what a declaration says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from vault_assets.loading.marts import replace_table
from vault_assets.loading.tables import ensure_registry, ensure_stage, ensure_vault
from vault_assets.loading.writing import Query
from vault_assets.model import Warehouse
from vault_assets.model.vertica import VerticaDesign
from vault_assets.sql.checking import check_plans
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.stages import stage_plan
from vault_assets.targets.vertica import Vertica
from vault_assets.targets.vertica.wire import Wire
from vault_assets_tests.vertica.gate import unparsed
from vault_assets_tests.vertica.houses import house
from vault_assets_tests.vertica_server.catalog import Layout
from vault_assets_tests.vertica_server.server import Server


def towns(**satellite: Any) -> dict[str, Any]:
    return {
        "name": "designed",
        "sources": {
            "people": {
                "objects": "people/*.csv",
                "columns": {
                    "id": {"type": "integer", "nullable": False},
                    "town": {"type": "text(40)"},
                    "born": {"type": "date"},
                },
            }
        },
        "hubs": {"h_people": {"keys": "id", "hash_key": "hk_people", "from": "people"}},
        "satellites": {
            "s_people": {"parent": "h_people", "payload": "town", "from": "people", **satellite}
        },
    }  # fmt: skip


@pytest.fixture
def target(server: Server, tmp_path: Path) -> Iterator[Vertica]:
    with house(server, tmp_path, "designed") as found:
        yield found
        for layer in ("registry", "stage", "vault", "mart"):
            found.connection().wire.run(f"drop schema if exists designed_{layer} cascade")


def layouts(target: Vertica, server: Server, declared: dict[str, Any]) -> dict[str, Layout]:
    """Create the tables of a warehouse; return how they lie."""
    warehouse = Warehouse.model_validate(declared)

    def unit(session: Any) -> None:
        ensure_registry(session)
        ensure_stage(session, stage_plan(warehouse, "people"))
        for name in ("h_people", "s_people"):
            ensure_vault(session, vault_plan(warehouse, name))

    target.transaction(["vault.s_people"], unit)
    names = ("registry.applied", "stage.people", "vault.h_people", "vault.s_people")
    found = {name: server.table(f"designed_{name}") for name in names}
    return {name: table.layout for name, table in found.items() if table}


def test_defaults_follow_from_what_a_table_is(target: Vertica, server: Server) -> None:
    found = layouts(target, server, towns())
    assert found["registry.applied"].segmented_by == "unsegmented all nodes"
    assert found["vault.h_people"].order_by == '"hk_people"'
    assert found["vault.h_people"].segmented_by == 'segmented by hash("hk_people") all nodes'
    assert found["vault.s_people"].order_by == '"hk_people", "load_ts"'
    assert found["vault.s_people"].segmented_by == found["vault.h_people"].segmented_by
    assert found["vault.s_people"].partition_by == ""
    assert "calendar_hierarchy_day" in found["stage.people"].partition_by


def test_a_declaration_says_otherwise(target: Vertica, server: Server) -> None:
    found = layouts(
        target, server, towns(vertica={"partition_by": "load_ts", "order_by": "load_ts"})
    )
    layout = found["vault.s_people"]
    assert layout.order_by == '"load_ts"'
    assert '"load_ts"::date' in layout.partition_by
    assert layout.segmented_by == 'segmented by hash("hk_people") all nodes'


def test_a_declared_text_is_as_wide_as_declared(target: Vertica, server: Server) -> None:
    layouts(target, server, towns())
    stage = server.table("designed_stage.people")
    assert stage
    town = stage.column("town")
    assert town
    assert town.kind.length == 40


def test_a_mart_takes_its_design(target: Vertica, server: Server) -> None:
    design = VerticaDesign(order_by=("a",), segmented_by=("a",))
    replace_table(target, "mart", "numbers", Query("select 1 as a, 2 as b"), design=design)
    mart = server.table("designed_mart.numbers")
    assert mart
    assert mart.layout.segmented_by == 'segmented by hash("a") all nodes'


def test_a_column_that_is_not_there_is_refused_before_anything_runs() -> None:
    warehouse = Warehouse.model_validate(towns(vertica={"order_by": "twon"}))
    with pytest.raises(ValidationError, match="town"):
        check_plans(warehouse)


def test_the_newest_rows_are_a_projection_if_declared(
    target: Vertica, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    real = Wire.run

    def run(self: Wire, sql: str, data: Any = None) -> Any:
        sent.append(sql)
        return real(self, sql, data)

    monkeypatch.setattr(Wire, "run", run)
    layouts(target, server, towns(vertica={"newest": True}))
    made = next(sql for sql in sent if sql.startswith("create projection"))
    assert made == (
        'create projection "designed_vault"."s_people$newest_55295508" as select "hk_people", '
        '"load_ts", "load_seq", "town", "hashdiff", "record_source", "batch_id" '
        'from "designed_vault"."s_people" limit 1 over (partition by "hk_people" '
        'order by "load_ts" desc, "load_seq" desc)'
    )
    assert "select refresh('designed_vault.s_people')" in sent
    assert unparsed(made) == []


@pytest.mark.parametrize("place", ["sources", "hubs"])
def test_a_table_without_newest_rows_is_refused_their_projection(place: str) -> None:
    declared = towns()
    next(iter(declared[place].values()))["vertica"] = {"newest": True}
    with pytest.raises(ValidationError, match="newest row"):
        check_plans(Warehouse.model_validate(declared))


def test_unsegmented_and_segmented_exclude_each_other() -> None:
    with pytest.raises(ValidationError, match="exclude each other"):
        VerticaDesign(segmented_by=("a",), unsegmented=True)


def test_a_text_of_a_user_is_not_cut_because_of_its_name(target: Vertica, server: Server) -> None:
    declared = towns()
    declared["sources"]["people"]["columns"]["status"] = "text"
    layouts(target, server, declared)
    stage, batches = (
        server.table("designed_stage.people"),
        server.table("designed_registry.batches"),
    )
    assert stage
    assert batches
    widths = [table.column(name) for table, name in ((stage, "status"), (batches, "kind"))]
    assert [column.kind.length for column in widths if column] == [65_000, 40]

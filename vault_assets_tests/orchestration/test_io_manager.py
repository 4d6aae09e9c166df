"""What users' own assets return becomes a table; how an input is annotated is how it arrives."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pyarrow as pa
import pytest

from vault_assets import Query, Table
from vault_assets_tests.orchestration.towns import definitions, materialized, town
from vault_assets_tests.places import Place, single_process_place

pytestmark = pytest.mark.slow
NUMBERS = ["town", "mart", "numbers"]
FRAME = pl.DataFrame({"n": [1, 2, 3], "word": ["a", None, "c"]})


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with single_process_place(tmp_path) as found:
        (tmp_path / "landing").mkdir()
        yield found


def numbers(value: Any) -> dg.AssetsDefinition:
    """Return an asset that writes `mart.numbers`."""

    @dg.asset(key=NUMBERS, name=None)
    def made() -> Any:
        return value() if callable(value) else value

    return made


def stored(place: Place, table: str = "numbers") -> list[tuple[Any, ...]]:
    return place.rows(f"select * from mart.{table} order by all", "town")


@pytest.mark.parametrize(
    "value",
    [
        FRAME,
        FRAME.lazy,
        FRAME.to_arrow,
        lambda: FRAME.to_arrow().to_reader(),
        Query("select * from (values (1::bigint, 'a'), (2, null), (3, 'c')) as t (n, word)"),
    ],
    ids=["polars", "lazy", "arrow", "reader", "query"],
)
def test_every_kind_of_value_is_written(place: Place, value: Any) -> None:
    result = materialized(definitions(town(), [numbers(value)]), assets=[dg.AssetKey(NUMBERS)])
    assert result.success
    (event,) = result.get_asset_materialization_events()
    metadata = event.step_materialization_data.materialization.metadata
    assert metadata["dagster/row_count"].value == 3
    schema = metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchemaMetadataValue)
    assert [column.name for column in schema.value.columns] == ["n", "word"]
    assert stored(place) == [(1, "a"), (2, None), (3, "c")]


@pytest.mark.parametrize(
    "wanted",
    [pl.DataFrame, pl.LazyFrame, pa.Table, pa.RecordBatchReader, Table, Any, pa.Table | None],
)
def test_an_input_arrives_as_it_is_annotated_and_can_be_returned(place: Place, wanted: Any) -> None:
    def body(given):
        seen.append(given)
        return Query(f"from {given.sql}") if isinstance(given, Table) else given

    seen: list[Any] = []
    body.__annotations__ = {"given": wanted, "return": Any}
    again = dg.asset(key=["town", "mart", "again"], ins={"given": dg.AssetIn(NUMBERS)})(body)
    keys = [dg.AssetKey(NUMBERS), dg.AssetKey(["town", "mart", "again"])]
    result = materialized(definitions(town(), [numbers(FRAME), again]), assets=keys)
    assert result.success
    expected = {Any: Table, pa.Table | None: pa.Table}.get(wanted, wanted)
    assert isinstance(seen[0], expected)
    assert stored(place, "again") == [(1, "a"), (2, None), (3, "c")]


def test_what_cannot_be_a_table_is_refused_kindly(place: Place) -> None:
    result = materialized(definitions(town(), [numbers(42)]), assets=[dg.AssetKey(NUMBERS)])
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "cannot write a int" in str(failure.step_failure_data.error)
    assert place.folder.exists()


def test_one_engine_serves_all_assets_of_a_run(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vault_assets.orchestration import resources

    opened = []
    real = resources.open_target

    def counted(*arguments: Any) -> Any:
        opened.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(resources, "open_target", counted)
    place.store.put("town/people/1.csv", b"id,name\n1,Ann\n")
    assert materialized(definitions(town(), [numbers(FRAME)])).success
    assert len(opened) == 1

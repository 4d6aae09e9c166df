"""Layouts: files are divided and sorted as declared, and queries skip those they do not need."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from vault_assets.loading.marts import build_mart
from vault_assets.model.layouts import Layout
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import file_lake, memory_lake
from vault_assets_tests.loading.partitioned_towns import build, deeds_town, table
from vault_assets_tests.loading.test_partitioned_marts import FIRST, loaded

LAYOUT = {"partition_by": ["month(done_on)"], "sort_by": ["hours desc", "person"]}
ROWS = [
    (f"p{number}", f"2024-0{1 + number % 3}-01 {number % 24:02}:00:{number % 60:02}", number % 7)
    for number in range(90)
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with file_lake(tmp_path) as lake:
        yield House(lake, deeds_town(daily={"layout": LAYOUT}))


def files(house: House, schema: str, name: str) -> list[str]:
    found = house.query(
        f"select data_file from ducklake_list_files('test', '{name}', schema => '{schema}')"
    )
    return sorted(path for (path,) in found)


def files_read(house: House, sql: str) -> int:
    ((_, plan),) = house.query(f"explain analyze {sql}")
    return sum(map(int, re.findall(r"Total Files Read:\s*(\d+)", plan)))


def test_files_are_divided_and_sorted_and_skipped(house: House) -> None:
    loaded(house, *ROWS)
    build(house)
    parts = files(house, "mart", "daily")
    assert len(parts) == 3
    for path in parts:
        rows = house.query(f"select hours, person from read_parquet('{path}')")
        assert rows == sorted(rows, key=lambda row: (-row[0], row[1]))
    assert files_read(house, "select * from mart.daily where done_on = '2024-02-01'") == 1
    assert files_read(house, "select * from mart.daily where done_on >= '2024-02-01'") == 2
    assert files_read(house, "select * from mart.daily") == 3


def test_stages_and_vault_tables_have_layouts_too(tmp_path: Path) -> None:
    declared = deeds_town().model_dump(by_alias=True, exclude_unset=True)
    declared["sources"]["deeds"]["layout"] = {"partition_by": ["bucket(4, person)"]}
    declared["non_historized_links"]["l_deeds"]["layout"] = {"partition_by": "month(done_at)"}
    with file_lake(tmp_path) as lake:
        house = House(lake, type(deeds_town()).model_validate(declared))
        loaded(house, *ROWS)
        assert len(files(house, "stage", "deeds")) == 4
        assert files_read(house, "select * from stage.deeds where person = 'p7'") == 1
        in_may = "select * from vault.l_deeds where done_at >= '2024-03-01'"
        assert files_read(house, in_may) == 1


def test_a_changed_layout_holds_for_new_files(house: House) -> None:
    loaded(house, *FIRST)
    build(house)
    before = snapshots(house)
    build(house)
    assert snapshots(house) == before
    house.warehouse = deeds_town(daily={"layout": {"partition_by": ["done_on"]}})
    loaded(house, ("ann", "2024-05-02 11:00", 5), ("ann", "2024-05-03 11:00", 5))
    build(house)
    assert len(files(house, "mart", "daily")) == 3
    house.warehouse = deeds_town(daily={"layout": {}})
    build(house, partitions="all")
    assert len(files(house, "mart", "daily")) == 1
    assert len(table(house, "daily")) == 4


@pytest.mark.parametrize("new", ["hours, 1 as one\n", "one, hours\n"])
def test_changed_columns_keep_the_layout(house: House, new: str) -> None:
    loaded(house, *ROWS)
    build(house)
    old = house.warehouse.marts["daily"].sql
    sql = old.replace("as hours\n", f"as {new}".replace("one, hours", "one, 1 as hours"))
    house.warehouse = deeds_town(daily={"sql": sql, "layout": LAYOUT})
    assert len(build(house).partitions or ()) == 3
    assert len(files(house, "mart", "daily")) == 3
    assert len(table(house, "daily")) == 90


def snapshots(house: House) -> Any:
    return house.query("select max(snapshot_id) from test.snapshots()")


def test_a_mart_built_whole_keeps_its_layout(house: House) -> None:
    house.warehouse = deeds_town(whole={"layout": LAYOUT})
    loaded(house, *ROWS)
    for _ in range(2):
        build_mart(house.lake, house.warehouse, "whole")
        assert len(files(house, "mart", "whole")) == 3


def test_replacing_a_partition_drops_its_files(house: House) -> None:
    loaded(house, *ROWS)
    build(house)
    kept = set(files(house, "mart", "daily"))
    loaded(house, ("new", "2024-02-01 11:00", 5))
    build(house)
    assert len(kept & set(files(house, "mart", "daily"))) == 2
    build(house, "whole")
    assert table(house, "daily") == table(house, "whole")


def test_a_lake_in_memory_has_no_files_to_lay_out() -> None:
    with memory_lake() as lake:
        house = House(lake, deeds_town(daily={"layout": LAYOUT}))
        loaded(house, *FIRST)
        assert build(house).rows == 2


def test_units_of_one_column_are_taken_once() -> None:
    layout = Layout(partition_by=("year(ts)", "month(ts)", "day(ts)", "a", "a"), sort_by=())
    assert layout.partition_sql == 'year("ts"), month("ts"), day("ts"), "a"'


def test_a_month_is_one_of_a_year() -> None:
    layout = Layout(partition_by=("month(ts)", "bucket(45, user_id)"), sort_by=("a", "b DESC"))
    assert layout.partition_sql == 'year("ts"), month("ts"), bucket(45, "user_id")'
    assert layout.sort_sql == '"a" asc nulls last, "b" DESC nulls last'


@pytest.mark.parametrize(
    "wrong",
    [{"partition_by": "week(ts)"}, {"partition_by": "bucket(0, a)"}, {"sort_by": "a downwards"}],
)
def test_what_is_no_layout_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="write a column"):
        Layout.model_validate(wrong)

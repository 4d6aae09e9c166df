"""Exports: a CSV file per mart or partition, exact, replaced, and equal to the mart."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vault_assets.errors import StoreError
from vault_assets.landing.local_folder import LocalFolder
from vault_assets.landing.objects import Store
from vault_assets.loading.exporting import export_mart
from vault_assets.loading.writing import Written
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.partitioned_towns import build, deeds_town
from vault_assets_tests.loading.test_partitioned_marts import FIRST, loaded

DAILY = {"export": {"key": "out/day={done_on}/daily.csv", "order_by": ["person"]}}
ODD = """
select * from (values
  ('b', cast(3.02 as decimal(18,2)), 60.0::double, true, timestamp '2022-01-10 10:00:00', 'a,"b"'),
  ('a', null, null, null, null, ''),
  ('c', 0.10, 0.1, false, null, 'two
lines'),
  ('c', 0.10, 0.1, false, null, 'two
lines')
) as t (k, amount, mean, flag, seen, said)
"""
ODD_FILE = (
    'k,amount,mean,flag,seen,said\na,,,,,""\nb,3.02,60.0,true,2022-01-10 10:00:00,"a,""b"""\n'
    'c,0.10,0.1,false,,"two\nlines"\nc,0.10,0.1,false,,"two\nlines"\n'
)


@dataclass
class Exporting(House):
    """A house with a folder for its files."""

    store: Store | None = None

    def export(self, name: str = "daily", partitions: str | None = None) -> Written:
        assert self.store is not None
        written = build(self, name, partitions)
        return export_mart(self.lake, self.store, self.warehouse, name, written)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Exporting]:
    with memory_lake() as lake:
        yield Exporting(lake, deeds_town(daily=DAILY), store=LocalFolder(tmp_path))


def files(folder: Path) -> dict[str, str]:
    paths = folder.rglob("*.csv")
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(paths)}


def test_each_partition_that_is_built_is_a_file(house: Exporting, tmp_path: Path) -> None:
    loaded(house, *FIRST)
    first = house.export()
    assert files(tmp_path) == {
        "out/day=2024-05-01/daily.csv": "done_on,person,hours\n2024-05-01,ann,2\n",
        "out/day=2024-05-02/daily.csv": "done_on,person,hours\n2024-05-02,bob,3\n",
    }
    assert [(e.rows, e.size) for e in first.exports] == [(1, 38), (1, 38)]
    loaded(house, ("bob", "2024-05-02 12:00", 1), ("ann", "2024-05-02 13:00", 1))
    second = house.export()
    assert [e.key for e in second.exports] == ["out/day=2024-05-02/daily.csv"]
    lines = files(tmp_path)["out/day=2024-05-02/daily.csv"].splitlines()
    assert lines[1:] == ["2024-05-02,ann,1", "2024-05-02,bob,4"]
    assert house.export().exports == ()
    assert all(verdict.passed for verdict in (*first.verdicts, *second.verdicts))


def test_values_are_exact_and_read_back(house: Exporting, tmp_path: Path) -> None:
    house.warehouse = deeds_town(whole={"sql": ODD, "export": {"key": "odd.csv", "order_by": "k"}})
    written = house.export("whole")
    assert files(tmp_path) == {"odd.csv": ODD_FILE}
    assert written.verdicts[-1].audit.name == "export_equals"
    assert written.verdicts[-1].passed
    assert house.export("whole").exports == written.exports
    assert files(tmp_path) == {"odd.csv": ODD_FILE}


def test_a_file_that_is_not_the_mart_is_told(house: Exporting, tmp_path: Path) -> None:
    class Forgetful(LocalFolder):
        def put(self, key: str, content: Any) -> None:
            text = content.read_text().replace("bob,3", "bob,4")
            super().put(key, text.encode())

    house.store = Forgetful(tmp_path)
    loaded(house, *FIRST)
    verdict = house.export().verdicts[-1]
    assert verdict.failed_rows == 2
    assert [row["problem"] for row in verdict.sample] == ["missing", "unexpected"]


def test_a_row_lost_of_two_equal_ones_is_told(house: Exporting, tmp_path: Path) -> None:
    class Merging(LocalFolder):
        def put(self, key: str, content: Any) -> None:
            header, *lines = content.read_text().splitlines(keepends=True)
            super().put(key, "".join([header, *sorted({*lines})]).encode())

    house.store = Merging(tmp_path)
    sql = "select * from (values ('x', 1), ('x', 1), ('x', 1), ('y', null)) as t (side, c0)"
    house.warehouse = deeds_town(whole={"sql": sql, "export": {"key": "whole.csv"}})
    verdict = house.export("whole").verdicts[-1]
    assert verdict.failed_rows == 2
    assert list(verdict.sample) == [{"key": "whole.csv", "problem": "missing", "rows": 2}]


def test_what_could_not_be_written_is_due_until_it_is(house: Exporting, tmp_path: Path) -> None:
    class Broken(LocalFolder):
        def put(self, key: str, content: Any) -> None:
            raise StoreError(f"no space left for {key}: {content}")

    house.store = Broken(tmp_path)
    loaded(house, *FIRST)
    with pytest.raises(StoreError):
        house.export()
    house.store = LocalFolder(tmp_path)
    written = house.export()
    assert written.partitions == ()
    assert len(written.exports) == len(files(tmp_path)) == 2


def test_a_partitioned_mart_may_be_one_file(house: Exporting, tmp_path: Path) -> None:
    house.warehouse = deeds_town(daily={"export": {"key": "all.csv"}})
    loaded(house, *FIRST)
    assert [e.rows for e in house.export().exports] == [2]
    assert house.export().exports == ()
    assert list(files(tmp_path)) == ["all.csv"]


def test_columns_may_be_left_out_of_the_file(house: Exporting, tmp_path: Path) -> None:
    export = {**DAILY["export"], "leave_out": "done_on"}
    house.warehouse = deeds_town(daily={"export": export})
    loaded(house, *FIRST)
    written = house.export()
    assert files(tmp_path) == {
        "out/day=2024-05-01/daily.csv": "person,hours\nann,2\n",
        "out/day=2024-05-02/daily.csv": "person,hours\nbob,3\n",
    }
    assert all(verdict.passed for verdict in written.verdicts)

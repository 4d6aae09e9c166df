"""Maintenance: fewer files, the same rows, and loads that go on."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault_assets.api import open_lake
from vault_assets.errors import TargetError
from vault_assets.loading.cataloged_files import table_files
from vault_assets.loading.maintaining import maintain
from vault_assets.loading.retention import compact_tracking
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import file_lake
from vault_assets_tests.loading.warehouses import source, town, warehouse

pytestmark = pytest.mark.slow
TABLES = ("h_people", "s_changes")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with file_lake(tmp_path) as lake:
        yield House(lake, town(tables=TABLES, sources=("changes",)))


def test_maintenance_merges_files_and_changes_no_row(house: House, tmp_path: Path) -> None:
    for number in range(4):
        house.land("changes", (f"p{number}", "x", None), ("ann", str(number), None))
        house.load()
    before = [house.contents(name) for name in TABLES]
    told: list[str] = []
    done = maintain(house.lake, keep_days=0, clean_days=0, progress=told.append)
    assert done.files_after < done.files_before
    assert any(line.startswith("vault.s_changes: ") for line in told)
    assert done.expired > 0
    assert done.removed > 0
    stored = len(list((tmp_path / "data").rglob("*.parquet")))
    assert stored == done.files_after
    assert done.bytes_before > done.bytes_after > 0
    assert [house.contents(name) for name in TABLES] == before
    house.land("changes", ("ann", "last", None))
    house.load()
    assert len(house.contents("s_changes")) == len(before[1]) + 1


def test_record_tracking_is_compacted_and_its_intervals_stay(tmp_path: Path) -> None:
    declared = warehouse(
        sources={"people": source({"person": "text"})},
        hubs={"h_people": {"keys": "person", "from": "people"}},
        record_tracking_satellites={
            "rt_people": {"parent": "h_people", "from": "people", "keep": "1 batch"}
        },
    )
    intervals = "select * from vault.rt_people_intervals order by all"
    with file_lake(tmp_path) as lake:
        house = House(lake, declared)
        for keys in ("a", "ab", "b", "ab"):
            house.land("people", *((key,) for key in keys))
            house.load()
        before = house.query(intervals)
        assert len(before) == 3
        (done,) = compact_tracking(lake, declared)
        assert (done.rows_before, done.rows_after) == (4, 2)
        maintain(lake, keep_days=0, clean_days=0)
        assert house.query(intervals) == before
        house.land("people", ("a",))
        assert all(verdict.passed for verdict in house.load().verdicts)
        assert [batches for *_, batches in house.query(intervals)].count(2) == 2
        # Still a ghost's: two rows, with their keys.
        assert house.query("select count(*) from vault.rt_people where batch_id = 'ghost'") == [
            (2,)
        ]


def test_nothing_is_removed_that_a_recent_snapshot_needs(house: House, tmp_path: Path) -> None:
    for number in range(3):
        house.land("changes", (f"p{number}", "x", None))
        house.load()
    files = set((tmp_path / "data").rglob("*.parquet"))
    done = maintain(house.lake)
    assert (done.expired, done.removed) == (0, 0)
    assert files <= set((tmp_path / "data").rglob("*.parquet"))


def test_a_snapshot_that_is_kept_can_be_read_after_maintenance(house: House) -> None:
    house.land("changes", ("ann", "x", None))
    house.load()
    rows = "select person from vault.h_people at (version => {}) order by 1"
    version = house.lake.session().value("select id from test.last_committed_snapshot()")
    before = house.query(rows.format(version))
    for number in range(3):
        house.land("changes", (f"p{number}", "x", None))
        house.load()
    done = maintain(house.lake, keep_days=1, clean_days=0)
    assert done.expired == 0
    assert house.query(rows.format(version)) == before


def test_a_file_that_a_snapshot_needs_and_that_is_gone_is_told(
    house: House, tmp_path: Path
) -> None:
    house.land("changes", ("ann", "x", None))
    house.load()
    lost = next((tmp_path / "data").rglob("h_people/*.parquet"))
    lost.unlink()
    with pytest.raises(TargetError, match=f"1 files are missing .*{lost.name}"):
        maintain(house.lake)


def test_a_file_of_no_table_goes_when_it_is_old(house: House, tmp_path: Path) -> None:
    house.land("changes", ("ann", "x", None))
    house.load()
    known = next((tmp_path / "data").rglob("h_people/*.parquet"))
    old, young = known.with_name("old.parquet"), known.with_name("young.parquet")
    for path in (old, young):
        path.write_bytes(known.read_bytes())
    week = time.time() - 7 * 86_400
    os.utime(old, (week, week))
    os.utime(known, (week, week))
    assert maintain(house.lake).removed == 1
    assert (known.exists(), old.exists(), young.exists()) == (True, False, True)


def test_what_lands_among_the_files_of_the_lake_stays(tmp_path: Path) -> None:
    with file_lake(tmp_path) as lake:
        house = House(lake, town(tables=TABLES, sources=("changes",)))
        house.land("changes", ("ann", "x", None))
        house.load()
        landed = next((tmp_path / "data").rglob("h_people/*.parquet")).with_name("landed.csv")
        landed.write_text("a")
        os.utime(landed, (0, 0))
        lake.settings.landing = str(landed.parent)
        maintain(lake)
        assert landed.exists()


def test_files_with_many_deleted_rows_are_written_anew(house: House) -> None:
    people = [(f"p{number}", "x", None) for number in range(1000)]
    house.land("changes", *people)
    house.load()
    session = house.lake.session()
    session.run("delete from vault.s_changes where batch_id <> 'ghost' and rowid % 2 = 0")
    rows = house.contents("s_changes")
    assert [t.deletes for t in table_files(house.lake) if t.name == "s_changes"] == [1]
    maintain(house.lake)
    assert [t.deletes for t in table_files(house.lake) if t.name == "s_changes"] == [0]
    assert house.contents("s_changes") == rows


def test_a_lake_is_maintained_from_python(tmp_path: Path) -> None:
    declared = town(tables=TABLES, sources=("changes",))
    with open_lake(declared, folder=tmp_path) as vault:
        for number in range(3):
            vault.add_batch("changes", [{"person": f"p{number}", "name": "x", "city": "y"}])
            vault.load()
        done = vault.maintain()
        assert done.files_after < done.files_before
        assert vault.table("h_people").num_rows == 3

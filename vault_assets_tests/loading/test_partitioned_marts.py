"""Marts by partition: only what new batches touch is built anew, and nothing is forgotten."""

from collections.abc import Iterator
from typing import Any

import pytest

from vault_assets.errors import DeclarationError, TargetError
from vault_assets.loading.audits import AuditsFailedError
from vault_assets.loading.replaying import rebuild_vault
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.partitioned_towns import build, days, deeds_town, table

FIRST = (("ann", "2024-05-01 09:00", 2), ("bob", "2024-05-02 10:00", 3))
NOTHING: list[str] = []


@pytest.fixture
def house() -> Iterator[House]:
    with memory_lake() as lake:
        yield House(lake, deeds_town())


def loaded(house: House, *rows: Any) -> str:
    batch = house.land("deeds", *rows)
    house.load()
    return batch


def test_the_first_build_builds_every_partition(house: House) -> None:
    loaded(house, *FIRST)
    loaded(house, ("ann", "2024-06-01 09:00", 1))
    assert days(build(house)) == ["2024-05-01", "2024-05-02", "2024-06-01"]
    build(house, "whole")
    assert table(house, "daily") == table(house, "whole")
    assert len(table(house, "daily")) == 3


def test_a_late_file_rebuilds_its_day_and_only_that(house: House) -> None:
    loaded(house, *FIRST)
    build(house)
    loaded(house, ("ann", "2024-05-01 11:00", 5))
    written = build(house)
    assert days(written) == ["2024-05-01"]
    assert written.rows == 1
    build(house, "whole")
    assert table(house, "daily") == table(house, "whole")


def test_rows_of_other_partitions_are_left_alone(house: House) -> None:
    loaded(house, *FIRST)
    build(house)
    house.lake.session().run("update mart.daily set hours = 99 where done_on = '2024-05-02'")
    loaded(house, ("ann", "2024-05-01 11:00", 5))
    build(house)
    assert [hours for *_, hours in table(house, "daily")] == [7, 99]


def test_nothing_new_builds_nothing(house: House) -> None:
    loaded(house, *FIRST)
    build(house)
    written = build(house)
    assert (days(written), written.rows) == (NOTHING, 0)
    assert len(table(house, "daily")) == 2


def test_a_batch_that_the_vault_has_not_applied_waits(house: House) -> None:
    loaded(house, *FIRST)
    build(house)
    house.land("deeds", ("ann", "2024-05-01 11:00", 5))
    house.load("h_people")
    assert days(build(house)) == NOTHING
    house.load()
    assert days(build(house)) == ["2024-05-01"]


def test_a_mart_waits_for_the_mart_that_it_reads(house: House) -> None:
    loaded(house, *FIRST)
    build(house)
    build(house, "daily_total")
    loaded(house, ("ann", "2024-05-01 11:00", 5))
    assert days(build(house, "daily_total")) == NOTHING
    build(house)
    assert days(build(house, "daily_total")) == ["2024-05-01"]
    assert [hours for _, hours in table(house, "daily_total")] == [7, 3]


def test_a_batch_loaded_anew_builds_all_for_its_old_days_are_unknown(house: House) -> None:
    batch = loaded(house, *FIRST)
    loaded(house, ("ann", "2024-06-01 09:00", 1))
    build(house)
    build(house, "daily_total")
    house.restage(batch, ("ann", "2024-05-09 09:00", 2))
    house.reload(batch)
    assert days(build(house)) == ["2024-05-01", "2024-05-02", "2024-05-09", "2024-06-01"]
    build(house, "whole")
    assert table(house, "daily") == table(house, "whole")
    build(house, "daily_total")
    assert len(table(house, "daily_total")) == 2
    assert days(build(house)) == days(build(house, "daily_total")) == NOTHING


def test_a_rebuilt_vault_builds_all(house: House) -> None:
    loaded(house, *FIRST)
    build(house)
    rebuild_vault(house.lake, house.warehouse, run_id="rebuild")
    assert days(build(house)) == ["2024-05-01", "2024-05-02"]


def test_changed_columns_build_all(house: House) -> None:
    loaded(house, *FIRST)
    build(house)
    sql = house.warehouse.marts["daily"].sql.replace("as hours\n", "as hours, 1 as one\n")
    house.warehouse = deeds_town(daily={"sql": sql})
    assert days(build(house)) == ["2024-05-01", "2024-05-02"]
    assert len(table(house, "daily")[0]) == 4


@pytest.mark.parametrize(
    ("given", "built"),
    [
        ("2024-05-02", ["2024-05-02"]),
        ("2024-05-01...2024-05-03", ["2024-05-01", "2024-05-02", "2024-05-03"]),
        ("all", ["2024-05-01", "2024-05-02"]),
    ],
)
def test_given_partitions_are_built(house: House, given: str, built: list[str]) -> None:
    loaded(house, *FIRST)
    build(house)
    house.lake.session().run("update mart.daily set hours = 99")
    assert days(build(house, partitions=given)) == built
    assert len(table(house, "daily")) == 2
    kept = 0 if len(built) > 1 else 1
    assert [hours for *_, hours in table(house, "daily")].count(99) == kept


def test_given_partitions_leave_new_batches_to_the_next_build(house: House) -> None:
    loaded(house, *FIRST)
    build(house)
    loaded(house, ("ann", "2024-05-01 11:00", 5))
    build(house, partitions="2024-05-02")
    assert days(build(house)) == ["2024-05-01"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("2024-05-03...2024-05-01", "ends before it begins"),
        ("2023-12-31", "begins before the first partition"),
        ("May", "names no days"),
        ("2024-05-01...2024-05-02...2024-05-03", "names no days"),
    ],
)
def test_partitions_that_make_no_sense_are_refused(house: House, given: str, said: str) -> None:
    with pytest.raises(DeclarationError, match=said):
        build(house, partitions=given)


def test_a_mart_without_partitions_takes_none(house: House) -> None:
    with pytest.raises(DeclarationError, match="has no partitions"):
        build(house, "whole", "2024-05-01")


def test_rows_of_partitions_that_are_not_built_are_refused(house: House) -> None:
    loaded(house, *FIRST)
    build(house)
    before = table(house, "daily")
    sql = house.warehouse.marts["whole"].sql
    house.warehouse = deeds_town(daily={"sql": sql})
    loaded(house, ("ann", "2024-05-01 11:00", 5))
    with pytest.raises(AuditsFailedError, match=r"only_changed_partitions \(1 rows\)") as error:
        build(house)
    verdict, *_ = error.value.verdicts
    assert verdict.sample[0]["rows_of_other_partitions"] == 1
    assert table(house, "daily") == before


def test_a_column_of_another_type_is_refused(house: House) -> None:
    loaded(house, *FIRST)
    sql = house.warehouse.marts["daily"].sql.replace("as date", "as timestamp")
    house.warehouse = deeds_town(daily={"sql": sql})
    with pytest.raises(TargetError, match="'done_on' is timestamp, but a day is a date"):
        build(house)


def test_partitions_before_the_start_are_not_built(house: House) -> None:
    loaded(house, ("ann", "2023-12-31 11:00", 5), *FIRST)
    assert days(build(house)) == ["2024-05-01", "2024-05-02"]


@pytest.mark.parametrize(
    ("grain", "given", "first", "late"),
    [
        ("hour", "2024-05-01T09:00", ["2024-05-01T09:00:00", "2024-05-02T10:00:00"], 0),
        ("month", "2024-05", ["2024-05-01"], 0),
    ],
)
def test_partitions_are_hours_or_months(
    grain: str, given: str, first: list[str], late: int
) -> None:
    with memory_lake() as lake:
        house = House(lake, deeds_town(grain))
        loaded(house, *FIRST)
        assert days(build(house)) == first
        loaded(house, ("ann", "2024-05-01 09:30", 5))
        assert days(build(house)) == [first[late]]
        assert days(build(house, partitions=given)) == [first[late]]
        build(house, "whole")
        assert table(house, "daily") == table(house, "whole")

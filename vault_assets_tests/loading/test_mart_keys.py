"""The key of a mart that is built in pieces: unique over all rows, though only some are read."""

from collections.abc import Iterator
from typing import Any

import pytest

from vault_assets.loading.audits import AuditsFailedError
from vault_assets.loading.judging import judge_mart
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.keyed_towns import PAGES, build, table, visits_town
from vault_assets_tests.loading.lakes import memory_lake

DAY = "2024-05-01 09:00"
FIRST = (("s", "home", 2, DAY), ("t", "help", 4, DAY))


@pytest.fixture
def house() -> Iterator[House]:
    with memory_lake() as lake:
        yield House(lake, visits_town(pages={"key": "seconds"}))


def pages(house: House, **more: Any) -> None:
    """Declare `pages`, which is built by session and page, otherwise from here on."""
    house.warehouse = visits_town(pages=more)


def test_a_new_row_with_the_key_of_an_old_one_is_refused(house: House) -> None:
    house.land("visits", *FIRST)
    build(house, "pages")
    before = table(house, "pages")
    house.land("visits", ("u", "end", 4, DAY), ("u", "pay", 5, DAY))
    with pytest.raises(AuditsFailedError, match=r"key_unique \(1 rows\)") as error:
        build(house, "pages")
    (wrong,) = [v for v in error.value.verdicts if v.audit.name == "key_unique"]
    assert wrong.sample == [{"seconds": 4, "rows_with_this_key": 2}]
    assert table(house, "pages") == before


def test_a_new_row_without_a_key_is_refused(house: House) -> None:
    house.land("visits", *FIRST)
    sql = PAGES.replace("and seconds is not null", "")
    where = "(v.page, v.session) in (select c.page, c.session from changed_keys as c)"
    pages(house, sql=sql.format(where=where), key="seconds")
    build(house, "pages")
    house.land("visits", ("u", "end", None, DAY))
    with pytest.raises(AuditsFailedError, match=r"key_unique \(1 rows\)"):
        build(house, "pages")


def test_a_key_that_was_never_judged_is_judged_over_all_rows(house: House) -> None:
    pages(house)
    house.land("visits", *FIRST, ("u", "end", 4, DAY))
    build(house, "pages")
    pages(house, key="seconds")
    house.land("visits", ("v", "end", 7, DAY))
    with pytest.raises(AuditsFailedError, match=r"key_unique \(1 rows\)"):
        build(house, "pages")


@pytest.mark.parametrize(("name", "key"), [("pages", "seconds"), ("sessions", "session")])
def test_rows_that_were_judged_before_are_not_read_again(house: House, name: str, key: str) -> None:
    house.warehouse = visits_town(**{name: {"key": key}})
    house.land("visits", *FIRST)
    build(house, name)
    house.lake.session().run(
        f"insert into mart.{name} by name select * from mart.{name} where session = 't'"
    )
    house.land("visits", ("u", "end", 9, DAY))
    assert all(verdict.passed for verdict in build(house, name).verdicts)
    (found,) = [v for v in judge_mart(house.lake, house.warehouse, name) if not v.passed]
    assert (found.audit.name, found.failed_rows) == ("key_unique", 1)


def test_the_day_of_a_mart_by_partition_is_its_key(house: House) -> None:
    house.warehouse = visits_town(sessions={"key": "session"}, days={"key": "seconds"})
    house.land("visits", *FIRST)
    build(house)
    build(house, "days")
    house.land("visits", ("u", "end", 6, "2024-05-02 09:00"))
    build(house)
    with pytest.raises(AuditsFailedError, match=r"key_unique \(1 rows\)"):
        build(house, "days")

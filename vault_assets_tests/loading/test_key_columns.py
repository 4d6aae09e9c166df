"""Columns of a stage that come from the key of the object, not from its lines."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from vault_assets.api import open_lake
from vault_assets.errors import BatchError
from vault_assets.loading.replaying import replay_batch
from vault_assets.model.keys import value_of
from vault_assets_tests.loading.test_prejoined_files import Shop
from vault_assets_tests.loading.warehouses import source, warehouse

DAY = {"type": "date", "from_key": r"day=(?P<value>[\d-]+)/"}
FIRST = dt.date(2024, 5, 1)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    declared: dict[str, Any] = {
        "name": "shop",
        "sources": {
            "orders": {
                "objects": "orders/**/*.csv",
                "delivery": "full",
                "columns": {"n": {"type": "integer", "nullable": False}},
                "derived": {"day": DAY, "week": {"type": "integer", "sql": "weekofyear(day)"}},
            }
        },
        "hubs": {"h_orders": {"keys": "n", "payload": "day", "from": "orders"}},
    }
    with open_lake(declared) as vault:
        yield Shop(vault, tmp_path)


def rows(shop: Shop) -> list[tuple[Any, ...]]:
    query = "select n, day, week from stage.orders order by n, load_ts"
    return shop.lake.session().connection.execute(query).fetchall()


def test_every_row_takes_it_from_the_key_of_its_object(shop: Shop) -> None:
    shop.land("orders/day=2024-05-01/o.csv", "n\n1\n2\n")
    shop.land("orders/day=2024-05-08/o.csv", "n\n3\n")
    shop.stage("orders")
    assert rows(shop) == [(1, FIRST, 18), (2, FIRST, 18), (3, dt.date(2024, 5, 8), 19)]
    shop.vault.load()
    query = "select n, day from vault.h_orders where batch_id <> 'ghost' order by n"
    found = shop.lake.session().connection.execute(query).fetchall()
    assert found == [(1, FIRST), (2, FIRST), (3, dt.date(2024, 5, 8))]


def test_a_batch_without_rows_has_it_too(shop: Shop) -> None:
    shop.land("orders/day=2024-05-01/o.csv", "n\n")
    shop.stage("orders")
    query = "select note from registry.applied where table_name = 'stage.orders'"
    assert shop.lake.session().value(query) == '{"from_key": {"day": "2024-05-01"}}'


@pytest.mark.parametrize("key", ["orders/o.csv", "orders/day=2024-13-01/o.csv"])
def test_an_object_whose_key_lacks_it_is_given_up(shop: Shop, key: str) -> None:
    shop.land(key, "n\n1\n")
    shop.land("orders/day=2024-05-01/o.csv", "n\n2\n")
    staged = shop.stage("orders")
    assert [batch.problem[:9] for batch in staged.batches] == ["rejected:", ""]
    assert "day" in staged.batches[0].problem
    assert rows(shop) == [(2, FIRST, 18)]


def test_released_and_replayed_rows_keep_the_key_they_came_with(shop: Shop) -> None:
    batch = shop.land("orders/day=2024-05-01/o.csv", "n\n1\nx\n")
    shop.stage("orders")
    released = shop.vault.release(batch, [{"n": 2, "row_no": 3}])
    assert rows(shop) == [(1, FIRST, 18), (1, FIRST, 18), (2, FIRST, 18)]
    assert released.staged.loaded == 2
    later = shop.land("orders/day=2024-05-02/o.csv", "n\n1\n")
    shop.stage("orders")
    replay_batch(shop.lake, shop.store, shop.vault.warehouse, later, run_id="test")
    assert rows(shop)[2] == (1, dt.date(2024, 5, 2), 18)


def test_rows_that_come_without_an_object_are_refused(shop: Shop) -> None:
    with pytest.raises(BatchError, match="the key has no day"):
        shop.vault.add_batch("orders", [{"n": 1}])


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ({"type": "date", "from_key": "day=(?P<day>.*)/"}, "no group"),
        ({"type": "date", "from_key": "day=("}, "no regular expression"),
        ({"type": "date", "from_key": "(?P<value>.)", "sql": "1"}, "either sql or from_key"),
        ({"type": "date"}, "either sql or from_key"),
        ({"type": "date", "from_key": "(?P<year>.)(?P<day>.)"}, "from the left"),
        ({"type": "date", "from_key": "(?P<value>.)(?P<year>.)"}, "one or the other"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(column: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        warehouse(sources={"x": {**source({"n": "integer"}), "derived": {"d": column}}})


HOURLY = r"year=(?P<year>\d+)/month=(?P<month>\d+)/day=(?P<day>\d+)/(hour=(?P<hour>\d+)/)?"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("c/year=2022/month=3/day=07/hour=5/a.jsonl", "2022-03-07 05:00:00"),
        ("c/year=2022/month=03/day=7/hour=05/a.jsonl", "2022-03-07 05:00:00"),
        ("c/year=2022/month=3/day=07/a.jsonl", None),
        ("c/month=3/day=07/hour=5/a.jsonl", None),
    ],
)
def test_parts_of_a_key_are_one_time_padded_or_not(key: str, value: str | None) -> None:
    assert value_of(HOURLY, key) == value


def test_parts_without_an_hour_are_a_date() -> None:
    assert value_of(r"(?P<year>\d+)-(?P<month>\d+)", "2022-3") == "2022-03-01"
    assert value_of(r"(?P<year>\d+)", "2022") == "2022-01-01"
    assert value_of(r"(?P<year>\d+)-(?P<month>\d+)-(?P<day>\d+)", "2022-3-7") == "2022-03-07"

"""Non-historized links: events that never change; the first batch gives the row."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_assets import hashing
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse

PAYMENTS = {"person": "text", "payment": "text", "amount": "integer"}


def shop(**changes: Any) -> dict[str, Any]:
    declared = {
        "hubs": {"hk_people": "h_people"},
        "identity": "payment",
        "payload": "amount",
        "from": "payments",
        **changes,
    }
    return {
        "sources": {"payments": source(PAYMENTS)},
        "hubs": {"h_people": {"keys": "person", "from": "payments"}},
        "non_historized_links": {"nhl_payments": declared},
    }


@pytest.fixture
def house() -> Iterator[House]:
    with memory_lake() as lake:
        yield House(lake, warehouse(**shop()))


def test_equal_rows_are_one_event_and_unequal_ones_contradict_each_other(house: House) -> None:
    rows = [("ann", "t1", 10), ("ann", "t1", 10), ("ann", "t2", 5), ("ann", "t2", 6)]
    house.land("payments", *rows)
    house.load()
    assert house.rows("nhl_payments", "hk_people payment amount") == [("ann", "t1", 10)]
    assert house.quarantined("payments", "nhl_payments") == [
        ("payments-1", 4, "conflict"),
        ("payments-1", 5, "conflict"),
    ]
    assert house.counters("nhl_payments") == {"payments-1": (4, 1, 0, 1, 2)}


def test_an_event_that_comes_again_with_another_payload_is_ignored_and_told(house: House) -> None:
    house.land("payments", ("ann", "t1", 10))
    house.load()
    house.land("payments", ("ann", "t1", 11), ("bob", "t2", 1))
    loaded = house.load()
    assert house.rows("nhl_payments", "payment amount load_ts") == [("t1", 10, 1), ("t2", 1, 2)]
    verdicts = {verdict.audit.name: verdict.failed_rows for verdict in loaded.verdicts}
    assert verdicts["changed_ignored"] == 1


def test_another_hub_is_another_payload(house: House) -> None:
    house.land("payments", ("ann", "t1", 10), ("bob", "t1", 10))
    house.load()
    assert house.rows("nhl_payments", "payment") == []
    assert len(house.quarantined("payments", "nhl_payments")) == 2


def test_an_event_without_identity_is_quarantined(house: House) -> None:
    house.land("payments", ("ann", None, 10), ("ann", "", 10))
    house.load()
    assert house.rows("nhl_payments", "payment amount") == [("", 10)]
    assert house.quarantined("payments", "nhl_payments") == [("payments-1", 2, "null_key:payment")]


def test_events_without_an_id_are_told_apart_by_batch_and_line() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**shop(identity=[], payload=["payment", "amount"])))
        house.land("payments", ("ann", "t1", 10), ("ann", "t1", 10))
        house.land("payments", ("ann", "t1", 10))
        house.load()
        assert len(house.rows("nhl_payments", "payment")) == 3
        house.load()
        assert len(house.rows("nhl_payments", "payment")) == 3


def test_the_key_is_the_hash_of_the_identity(house: House) -> None:
    house.land("payments", ("ann", "t1", 10))
    house.load()
    kinds = [house.warehouse.sources["payments"].columns["payment"].type]
    ((key,),) = house.query("select lk_payments from vault.nhl_payments where batch_id <> 'ghost'")
    assert key == hashing.key_hash(["t1"], kinds)


events = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob", None]),
        st.sampled_from(["t1", "t2", "", None]),
        st.sampled_from([1, 2, None]),
    ),
    max_size=4,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=st.lists(events, min_size=1, max_size=4), data=st.data())
def test_any_order_gives_the_rows_of_plain_python(batches: list[Any], data: st.DataObject) -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**shop()))
        house.load()
        landed = [house.announce("payments", *rows) for rows in batches]
        for batch_id in data.draw(st.permutations(landed)):
            house.stage(batch_id)
            if data.draw(st.booleans()):
                house.load()
        house.load()
        expected: dict[str, Any] = {}
        for number, rows in enumerate(batches, start=1):
            usable = {row for row in rows if row[0] is not None and row[1] is not None}
            for person, payment, amount in usable:
                contradicted = len([row for row in usable if row[1] == payment]) > 1
                if payment not in expected and not contradicted:
                    expected[payment] = (person, payment, amount, number)
        found = house.rows("nhl_payments", "hk_people payment amount load_ts")
        assert found == sorted(expected.values(), key=repr)

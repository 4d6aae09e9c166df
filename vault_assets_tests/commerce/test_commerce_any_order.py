"""Days in any order, with changes and repetitions: the incremental marts are those of one build."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_assets_tests.commerce.shops import Row, Shop, customer, item, order, product
from vault_assets_tests.loading.lakes import memory_lake

pytestmark = pytest.mark.slow

DAYS = ("2024-01-30", "2024-02-01", "2024-02-02")
TIMES = ("2024-01-05 10:00:00", "2024-02-01 10:00:00", "2024-02-02 11:00:00")
STATUSES = ("completed", "processing", "cancelled", "refunded")

times = st.sampled_from(TIMES)
numbers = st.integers(1, 2)
customers = st.builds(lambda n, time: customer(n, updated_at=time), numbers, times)
products = st.builds(
    lambda n, category, time: product(n, category, updated_at=time),
    numbers,
    st.sampled_from(["Clothing", "Footwear"]),
    times,
)
orders = st.builds(
    lambda n, buyer, time, status, changed: order(
        n, buyer, "2024-01-01", status, "60.00", order_date=time, updated_at=changed
    ),
    numbers,
    st.integers(1, 3),
    times,
    st.sampled_from(STATUSES),
    times,
)
# A line stays with its order: its number says which.
items = st.builds(
    lambda of, n, bought, quantity, time: item(
        of * 10 + n, of, bought, str(quantity), "10.00", updated_at=time
    ),
    numbers,
    numbers,
    st.integers(1, 3),
    st.integers(0, 2),
    times,
)
extract = st.fixed_dictionaries(
    {},
    optional={
        "customers": st.lists(customers, max_size=2),
        "products": st.lists(products, max_size=2),
        "orders": st.lists(orders, max_size=3),
        "order_items": st.lists(items, max_size=3),
    },
)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
@given(extracts=st.lists(st.tuples(st.sampled_from(DAYS), extract), min_size=2, max_size=4))
def test_incremental_marts_equal_a_full_rebuild(
    extracts: list[tuple[str, dict[str, list[Row]]]],
) -> None:
    with memory_lake() as lake, TemporaryDirectory() as folder:
        shop = Shop(lake, Path(folder))
        for day, tables in extracts:  # a day that comes again replaces its files: a new batch
            shop.land(day, **tables)
            shop.run()
        assert not {name for name in shop.failed() if name.startswith("days_are_")}
        assert not {"every_customer_has_a_cohort", "known_in_lines"} & set(shop.failed())
        found = shop.tables()
        shop.run("all")
        rebuilt = shop.tables()
        assert {n: rows for n, rows in found.items() if rows != rebuilt[n]} == {}


def test_days_in_any_order_give_the_same_where_updated_at_decides() -> None:
    """Rows with different updated_at: the order in which their files arrive does not matter."""
    days = {
        day: {
            "customers": [customer(1, updated_at=time)],
            "products": [product(1, "Clothing", f"{n}0.00", updated_at=time)],
            "orders": [order(1, 1, "2024-01-05", STATUSES[n], "9.00", updated_at=time)],
            "order_items": [item(10 + n, 1, 1, "1", f"{n}.00", updated_at=time)],
        }
        for n, (day, time) in enumerate(zip(DAYS, TIMES, strict=True))
    }
    results = []
    for arrival in (DAYS, DAYS[::-1], (DAYS[1], DAYS[2], DAYS[0])):
        with memory_lake() as lake, TemporaryDirectory() as folder:
            shop = Shop(lake, Path(folder))
            for day in arrival:
                shop.land(day, **days[day])
                shop.run()
            results.append(shop.tables())
    assert results[0] == results[1] == results[2]

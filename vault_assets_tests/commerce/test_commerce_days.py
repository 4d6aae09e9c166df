"""A day reads what it touches, and finds what lies outside of the newest days all the same."""

from vault_assets_tests.commerce.shops import EXAMPLE, Shop, item, order
from vault_assets_tests.commerce.test_commerce_loads import MARCH, equals_rebuild


def test_an_order_of_a_long_gone_month_changes_that_month(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    shop.land(
        MARCH,
        orders=[
            order(6, 2, "2023-11-30", "completed", "50.00"),
            order(7, 1, "2024-03-04", "completed", "50.00"),
        ],
        order_items=[item(6, 6, 1, "1", "50.00"), item(7, 7, 1, "1", "50.00")],
    )
    shop.run()
    months = [str(month) for month in shop.built["sales_by_product"].partitions or ()]
    assert months == ["2023-11-01", "2024-03-01"]
    assert shop.cells(
        "mart.metric_product_category", "items, revenue", "month_start = date '2023-11-01'"
    ) == ("1", "50.00")
    assert shop.query(
        "select customer_id, cast(cohort_month as varchar) from core.customer_months "
        "where is_first_return and customer_id = 2"
    ) == [(2, "2023-11-01")]
    assert equals_rebuild(shop)


def test_a_warning_about_an_order_is_told_by_the_build_that_writes_it(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.land(
        MARCH,
        orders=[order(6, 77, "2024-03-04", "processing", "60.00")],
        order_items=[item(6, 6, 1, "0", "50.00")],
    )
    shop.run()
    told = {"known_customer": 1, "quantity_at_least_1": 1, "total_is_lines_and_shipping": 1}
    assert told.items() <= shop.failed().items()
    shop.land(
        "2024-03-06",
        orders=[order(7, 1, "2024-03-05", "processing", "50.00")],
        order_items=[item(7, 7, 1, "1", "50.00")],
    )
    shop.run()
    assert not told.keys() & shop.failed().keys()
    assert told.items() <= shop.judged().items(), "a check that is asked for reads all rows"

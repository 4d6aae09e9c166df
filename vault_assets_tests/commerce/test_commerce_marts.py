"""Rules of single marts: classes, stock, scores, the calendar, as-of."""

from vault_assets_tests.commerce.shops import (
    EXAMPLE,
    SMALL_THRESHOLDS,
    Shop,
    customer,
    item,
    order,
    product,
    with_settings,
)


def test_stock_that_lasts_a_week_is_ordered_again(shop: Shop) -> None:
    orders = [order(n, 1, "2024-02-20", "completed", "0.00") for n in (1, 2)]
    orders.append(order(3, 1, "2024-01-30", "completed", "0.00"))  # 30 days before as-of: outside
    orders.append(order(4, 1, "2024-02-20", "cancelled", "0.00"))
    lines = [item(n, n, 1, "45", "0.00") for n in (1, 2, 3, 4)]
    others = [
        product(2, "Clothing", inventory_count="0"),
        product(3, "Clothing", inventory_count="", is_active="false"),
    ]
    lines.append(item(5, 1, 3, "1", "0.00"))
    shop.land(
        customers=[customer(1)],
        products=[product(1, "Clothing"), *others],
        orders=orders,
        order_items=lines,
    )
    shop.run()
    columns = "sold, daily_demand, days_of_cover, reorder_point, reorder, suggested_quantity"
    found = [shop.cells("mart.inventory_reorder", columns, f"product_id = {n}") for n in (1, 2, 3)]
    assert found == [
        ("90", "3.00", "6.67", "30", "true", "70"),
        ("0", "0.00", None, "0", "true", "0"),
        ("1", "0.03", "0.00", "1", "false", "1"),
    ]


def test_customers_are_scored_in_five_equal_groups(shop: Shop) -> None:
    days = ["2024-02-01", "2024-02-05", "2024-02-03", "2024-02-04", "2024-02-02"]
    shop.land(
        customers=[customer(n) for n in range(1, 7)],
        orders=[order(n, n, day, "completed", f"{n}0.00") for n, day in enumerate(days, 1)],
    )
    shop.run()
    found = shop.query(
        "select customer_id, recency_score, frequency_score, value_score from mart.customer_rfm "
        "order by 1"
    )
    assert found == [(1, 1, 1, 1), (2, 5, 2, 2), (3, 3, 3, 3), (4, 4, 4, 4), (5, 2, 5, 5)]


def test_all_unknown_customers_are_one_customer_of_a_month(shop: Shop) -> None:
    shop.land(
        customers=[customer(1), customer(2)],
        orders=[
            order(1, 1, "2024-02-01", "completed", "1.00"),
            order(2, 1, "2024-02-20", "completed", "1.00"),
            order(3, 2, "2024-02-20", "cancelled", "1.00"),
            order(4, 77, "2024-02-02", "completed", "1.00"),
            order(5, 78, "2024-02-03", "processing", "1.00"),
            order(6, 79, "2024-03-03", "cancelled", "1.00"),
            order(7, 1, "2024-03-03", "completed", "1.00"),
        ],
    )
    shop.run()
    found = shop.query("select month_start, customers_count from core.sales_by_month order by 1")
    assert [(str(month), customers) for month, customers in found] == [
        ("2024-02-01", 2),
        ("2024-03-01", 1),
    ]


SEGMENTS = [
    ("400.00", 1, "VIP", "One-time"),
    ("399.99", 1, "High Value", "One-time"),
    ("200.00", 2, "VIP", "Occasional"),
    ("40.00", 5, "High Value", "Regular"),
    ("5.00", 10, "Medium Value", "Frequent"),
    ("49.99", 1, "Low Value", "One-time"),
]
"""Value of an order, number of orders, and what follows."""


def test_segments_and_frequencies(shop: Shop) -> None:
    orders = [
        order(buyer * 100 + n, buyer, f"2024-02-{n + 1:02}", "completed", value)
        for buyer, (value, count, _, _) in enumerate(SEGMENTS)
        for n in range(count)
    ]
    shop.land(customers=[customer(n) for n, _ in enumerate(SEGMENTS)], orders=orders)
    shop.run()
    found = shop.query(
        "select customer_segment, purchase_frequency from mart.mart_dim_customers "
        "order by customer_id"
    )
    assert found == [(segment, frequency) for *_, segment, frequency in SEGMENTS]


AGES = {
    "2024-01-30": "Active",
    "2024-01-29": "Recent",
    "2023-12-01": "Recent",
    "2023-11-30": "Lapsed",
    "2023-09-02": "Lapsed",
    "2023-09-01": "Inactive",
}


def test_status_is_the_age_of_the_last_order(shop: Shop) -> None:
    orders = [order(n, n, day, "completed", "1.00") for n, day in enumerate(AGES)]
    shop.land(customers=[customer(n) for n, _ in enumerate(AGES)], orders=orders)
    shop.run()
    found = shop.query("select customer_status from mart.mart_dim_customers order by customer_id")
    assert [status for (status,) in found] == list(AGES.values())


def test_who_never_ordered_is_new(shop: Shop) -> None:
    orders = [order(1, 1, "2024-02-01", "cancelled", "900.00")]
    shop.land(customers=[customer(1), customer(2)], orders=orders)
    shop.run()
    columns = "customer_segment, purchase_frequency, customer_status, is_high_value_active"
    for number in (1, 2):
        found = shop.cells("mart.mart_dim_customers", columns, f"customer_id = {number}")
        assert found == ("New", "None", "New", "false")
    assert shop.query("select * from mart.customer_rfm") == []
    assert shop.query("select * from mart.metric_customer_segments") == [("New", 2, 0, None)]


CLASSES = [
    ("101", "0.01", "10", "true", "High, Low, In stock, Available, true"),
    ("100", "60000", "9", "", "Medium, Medium, Low stock, Available, true"),
    ("51", "200000", "0", "true", "Medium, High, Out of stock, Temporarily Unavailable, false"),
    ("50", "0.00", "", "true", "Low, None, Out of stock, Temporarily Unavailable, false"),
    ("", "1.00", "5", "false", "Not Selling, None, Low stock, Discontinued, false"),
]
"""Quantity, price, stock, active, and what follows."""


def test_products_are_classed(shop: Shop) -> None:
    shop.land(
        customers=[customer(1)],
        products=[
            product(n, "Clothing", inventory_count=stock, is_active=active)
            for n, (_, _, stock, active, _) in enumerate(CLASSES)
        ],
        orders=[order(1, 1, "2024-02-01", "completed", "1.00")],
        order_items=[
            item(n, 1, n, quantity, price)
            for n, (quantity, price, *_) in enumerate(CLASSES)
            if quantity
        ],
    )
    shop.run()
    columns = (
        "sales_performance, revenue_tier, inventory_status, availability, is_available_for_purchase"
    )
    for number, (*_, expected) in enumerate(CLASSES):
        found = shop.cells("mart.mart_dim_products", columns, f"product_id = {number}")
        assert ", ".join(found) == expected


def test_the_calendar_holds_both_ends_and_names_are_not_padded(example: Shop) -> None:
    assert example.query(
        "select count(*), cast(min(date_key) as varchar), cast(max(date_key) as varchar) "
        "from core.dim_date"
    ) == [(4018, "2020-01-01", "2030-12-31")]
    assert example.query(
        "select * exclude (date_key) from core.dim_date where date_key = '2024-12-29'"
    ) == [(2024, 4, "Q4", 12, "December", "2024-12", 52, 29, 0, "Sunday", 364, True)]
    week = "select week_of_year from core.dim_date where date_key = '2021-01-01'"
    assert example.query(week) == [(53,)]
    assert example.query("select count(*) from core.dim_date where day_name <> trim(day_name)") == [
        (0,)
    ]


def test_as_of_is_the_newest_extract_the_clock_or_a_date(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    assert shop.cells("core.as_of", "as_of") == ("2024-02-29",)
    shop.warehouse = with_settings(**SMALL_THRESHOLDS, as_of="2024-02-20")
    shop.run()
    assert shop.cells("mart.fct_daily_sales", "max(date_key)") == ("2024-02-20",)
    columns = "days_since_last_order"
    assert shop.cells("mart.mart_dim_customers", columns, "customer_id = 1") == ("5",)
    shop.warehouse = with_settings(as_of="today")
    shop.run()
    assert shop.query("select as_of = current_date from core.as_of") == [(True,)]
    assert shop.query("select max(date_key) = current_date from mart.fct_daily_sales") == [(True,)]


def test_what_counts_is_a_setting(shop: Shop) -> None:
    shop.warehouse = with_settings(counted="completed")
    shop.land(**EXAMPLE)
    shop.run()
    assert shop.cells("core.dim_customers", "lifetime_orders", "customer_id = 2") == ("0",)

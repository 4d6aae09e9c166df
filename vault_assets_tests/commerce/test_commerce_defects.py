"""Mistakes that such marts often have, each shown to be absent; and the checks, shown to fail."""

from vault_assets_tests.commerce.shops import (
    EXAMPLE,
    ORDERS,
    Shop,
    customer,
    item,
    order,
    product,
    with_settings,
)

MARCH = "2024-03-05"


def test_a_status_change_of_an_old_order_is_seen(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    shop.land(
        MARCH, orders=[ORDERS[3] | {"status": "cancelled", "updated_at": "2024-03-05 08:00:00"}]
    )
    shop.run()
    assert shop.cells("core.fct_orders", "status, is_counted", "order_id = 4") == (
        "cancelled",
        "false",
    )
    assert shop.cells("core.dim_customers", "lifetime_value", "customer_id = 2") == ("0.00",)
    assert shop.cells("mart.fct_monthly_sales", "total_sales_amount", "year_month = '2024-02'") == (
        "200.00",
    )


def test_growth_is_there_after_a_build_of_one_month_only(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    late = order(6, 2, "2024-02-28", "completed", "40.00")
    shop.land(MARCH, orders=[late])
    shop.run()
    assert [str(day) for day in shop.built["sales_by_product"].partitions or ()] == ["2024-02-01"]
    found = shop.cells("mart.fct_monthly_sales", "sales_growth_pct", "year_month = '2024-02'")
    assert found == ("0.00",)
    found = shop.cells("mart.fct_monthly_sales", "sales_growth_pct", "year_month = '2024-03'")
    assert found == ("-100.00",)


def test_months_since_the_first_order_go_beyond_12(shop: Shop) -> None:
    orders = [
        order(1, 1, "2023-01-31", "completed", "1.00"),
        order(2, 1, "2024-02-01", "completed", "2.00"),
    ]
    shop.land(customers=[customer(1)], orders=orders)
    shop.run()
    found = shop.query(
        "select months_since, retained_customers, cohort_revenue from mart.fct_customer_retention "
        "where retained_customers > 0"
    )
    assert [(month, customers, str(revenue)) for month, customers, revenue in found] == [
        (13, 1, "2.00")
    ]
    assert shop.query("select count(*) from mart.fct_customer_retention") == [(14,)]
    stages = shop.query(
        "select retention_stage, count(*) from mart.metric_customer_retention group by all "
        "order by min(months_since)"
    )
    assert stages == [("First", 1), ("Early", 3), ("Mid", 3), ("Late", 6), ("Long Term", 1)]


def test_the_last_day_of_calendar_and_series_is_there(shop: Shop) -> None:
    shop.land(customers=[customer(1)], orders=[order(1, 1, "2024-02-29", "completed", "1.00")])
    shop.run()
    assert shop.cells("mart.fct_daily_sales", "date_key, orders_count") == ("2024-02-29", "1")
    assert shop.query("select count(*) from core.dim_date where date_key = '2030-12-31'") == [(1,)]


def test_cancelled_and_refunded_orders_are_not_in_lifetime_value(shop: Shop) -> None:
    columns = "lifetime_value, gross_lifetime_value"
    statuses = ("completed", "processing", "cancelled", "refunded")
    orders = [order(n, 1, "2024-02-01", status, f"{10**n}") for n, status in enumerate(statuses)]
    shop.land(customers=[customer(1)], orders=orders)
    shop.run()
    found = shop.cells("core.dim_customers", columns, "customer_id = 1")
    assert found == ("11.00", "1111.00")


def test_ratios_of_whole_numbers_keep_their_decimals(shop: Shop) -> None:
    orders = [order(n, n, "2024-02-01", "completed", "1.00") for n in (1, 2)]
    orders.append(order(3, 3, "2024-02-02", "cancelled", "1.00"))
    shop.land(customers=[customer(n) for n in (1, 2, 3)], orders=orders)
    shop.run()
    assert shop.cells("mart.fct_monthly_sales", "cancellation_rate") == ("33.33",)
    assert shop.cells("mart.metric_monthly_sales", "completion_rate") == ("66.67",)


def test_a_customer_of_two_days_is_one_customer_of_the_month(shop: Shop) -> None:
    orders = [order(n, 1, f"2024-02-0{n}", "completed", "1.00") for n in (1, 2)]
    shop.land(customers=[customer(1)], orders=orders)
    shop.run()
    assert shop.cells("mart.fct_daily_sales", "sum(customers_count)") == ("2",)
    assert shop.cells("mart.fct_monthly_sales", "unique_customers") == ("1",)


def test_thresholds_that_put_all_customers_in_one_class_are_told(shop: Shop) -> None:
    shop.land(
        customers=[customer(n) for n in range(10)],
        orders=[order(n, n, "2024-02-01", "completed", f"{n * 50}.00") for n in range(10)],
    )
    shop.run()
    assert "several_segments" not in shop.failed()
    shop.warehouse = with_settings()
    shop.run()
    assert shop.failed()["several_segments"] == 1


def test_a_product_that_repeats_in_an_order_counts_twice(shop: Shop) -> None:
    shop.land(
        customers=[customer(1)],
        products=[product(1, "Clothing")],
        orders=[order(1, 1, "2024-02-01", "completed", "95.00")],
        order_items=[
            item(1, 1, 1, "1", "50.00", discount_amount="5.00"),
            item(2, 1, 1, "1", "50.00"),
        ],
    )
    shop.run()
    assert shop.cells("core.fct_orders", "items_amount, total_items") == ("95.00", "2")
    assert shop.failed() == {}


def test_what_is_wrong_in_files_is_told(shop: Shop) -> None:
    shop.land(
        customers=[customer(1, email="nobody"), customer(2, email=" NOBODY")],
        products=[product(1, "Food", "-1.00")],
        orders=[
            ORDERS[0] | {"status": "lost", "total_amount": "110.02"},
            *ORDERS[1:4],
            order(6, 1, "2019-12-31", "completed", "1.00"),
            order(7, 3, "2024-02-15", "completed", "1.00"),
            order(8, 1, "2024-02-15", "completed", "1.00"),
            order(9, 1, "2024-02-15", "completed", "1.00", order_date="2024-02-15 10:15:00"),
        ],
        order_items=[item(1, 1, 1, "0", "100.00"), *EXAMPLE["order_items"][1:]],
    )
    shop.run()
    assert shop.failed() == {
        "unique_values": 1,
        "email_form": 2,
        "one_email": 1,
        "accepted_values": 1,
        "plausible_values": 1,
        "price_not_negative": 1,
        "quantity_at_least_1": 1,
        "total_is_lines_and_shipping": 5,
        "known_customer": 1,
        "known_product": 2,
        "known_order": 1,
        "known_date": 1,
        "order_twice": 1,
        "no_jump": 1,
    }


def test_a_second_order_after_more_than_15_minutes_is_none_to_tell(shop: Shop) -> None:
    again = ORDERS[4] | {"order_id": "6", "order_date": "2024-02-15 10:15:01"}
    shop.land(**(EXAMPLE | {"orders": [*ORDERS, again]}))
    shop.run()
    assert "order_twice" not in shop.failed()


def test_an_order_shortly_before_or_after_a_stored_one_is_told(shop: Shop) -> None:
    night = order(6, 1, "2024-02-16", "completed", "1.00", order_date="2024-02-16 00:05:00")
    shop.land(customers=[customer(1)], orders=[night])
    shop.run()
    evening = order(7, 1, "2024-02-15", "completed", "1.00", order_date="2024-02-15 23:55:00")
    later = order(8, 1, "2024-02-16", "completed", "1.00", order_date="2024-02-16 00:25:00")
    shop.land(MARCH, orders=[evening, later])
    shop.run()
    assert shop.failed()["order_twice"] == 1
    assert shop.judged()["order_twice"] == 1


def test_an_address_of_a_stored_customer_is_told(shop: Shop) -> None:
    shop.land(customers=[customer(1, email="a@shop.example"), customer(2)])
    shop.run()
    assert "one_email" not in shop.failed()
    shop.land(MARCH, customers=[customer(3, email="A@shop.example")])
    shop.run()
    assert shop.failed()["one_email"] == 1


DAMAGES = {
    "delete from core.dim_date where date_key = '2024-02-29'": {"no_gaps"},
    "update mart.fct_daily_sales set total_sales_amount = 1": {
        "days_are_sums",
        "days_are_months",
    },
    "update core.sales_by_day set items_revenue = 1": {"days_are_orders"},
    "delete from core.sales_by_day where date_key = '2024-02-10'": {"all_orders_have_a_day"},
    "update mart.fct_monthly_sales set cancellation_rate = 101": {"plausible_rates"},
    "update mart.fct_customer_retention set cumulative_retained = 3": {"plausible_retention"},
    "delete from mart.fct_customer_retention where months_since = 0": {
        "every_customer_has_a_cohort"
    },
    "update mart.metric_product_category set revenue_share = 30": {"shares_are_100"},
    "delete from mart.fct_daily_sales where date_key = '2024-02-01'": {"no_day_missing"},
    "delete from core.dim_customers where customer_id = 2": {"customer_is_there"},
    "delete from core.dim_products where product_id = 2": {"known_in_lines"},
}


def test_tables_that_disagree_are_told(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    assert set(shop.judged().values()) == {0}
    told: set[str] = set()
    for damage, checks in DAMAGES.items():
        shop.query(damage)
        now = {name for name, rows in shop.judged().items() if rows}
        assert checks <= now - told, damage
        told = now

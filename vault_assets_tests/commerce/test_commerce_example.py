"""The worked example, cell by cell."""

import pytest

from vault_assets_tests.commerce.shops import Shop

DAY = "date_key = '2024-01-20'"
JANUARY, FEBRUARY = "month_start = '2024-01-01'", "month_start = '2024-02-01'"
C1, C2 = "customer_id = 1", "customer_id = 2"
FIRST, SECOND = "cohort_month = '2024-01-01'", "cohort_month = '2024-02-01'"


def test_every_check_passes(example: Shop) -> None:
    assert example.failed() == {}


@pytest.mark.parametrize(
    ("table", "columns", "where", "expected"),
    [
        (
            "core.dim_customers",
            "gross_orders, lifetime_orders, gross_lifetime_value, lifetime_value, phone",
            C1,
            "3 3 500.00 500.00 Unknown",
        ),
        (
            "core.dim_customers",
            "gross_orders, lifetime_orders, gross_lifetime_value, lifetime_value",
            C2,
            "2 1 115.00 60.00",
        ),
        (
            "mart.mart_dim_customers",
            (
                "lifetime_value, customer_segment, purchase_frequency, days_since_last_order, "
                "customer_status, is_high_value_active"
            ),
            C1,
            "500.00 VIP Occasional 14 Active true",
        ),
        (
            "mart.mart_dim_customers",
            (
                "lifetime_value, gross_lifetime_value, customer_segment, purchase_frequency, "
                "customer_status, is_high_value_active"
            ),
            C2,
            "60.00 115.00 Medium_Value One-time Active false",
        ),
        (
            "mart.mart_dim_products",
            "total_quantity_sold, total_revenue, average_selling_price",
            "product_id = 1",
            "3 150.00 50.00",
        ),
        (
            "mart.mart_dim_products",
            "total_quantity_sold, total_revenue, average_selling_price",
            "product_id = 2",
            "2 380.00 190.00",
        ),
        (
            "mart.fct_daily_sales",
            (
                "gross_orders, orders_count, customers_count, gross_sales_amount, "
                "total_sales_amount, total_shipping_cost, total_product_revenue, "
                "average_order_value, total_items_sold, footwear_revenue, clothing_revenue"
            ),
            DAY,
            "2 1 1 245.00 190.00 10.00 180.00 190.00 1 180.00 0.00",
        ),
        (
            "mart.fct_monthly_sales",
            (
                "total_sales_amount, unique_customers, new_customers, cancellation_rate, "
                "sales_growth_pct, completed_orders, cancelled_orders, gross_orders"
            ),
            JANUARY,
            "300.00 1 1 33.33 None 2 1 3",
        ),
        (
            "mart.fct_monthly_sales",
            (
                "total_sales_amount, unique_customers, new_customers, cancellation_rate, "
                "sales_growth_pct"
            ),
            FEBRUARY,
            "260.00 2 1 0.00 -13.33",
        ),
        (
            "mart.fct_customer_retention",
            (
                "retained_customers, cohort_size, retention_rate, cohort_revenue, "
                "revenue_per_retained_customer, cumulative_retained"
            ),
            f"{FIRST} and months_since = 0",
            "1 1 100.00 190.00 190.00 1",
        ),
        (
            "mart.fct_customer_retention",
            (
                "retained_customers, cohort_size, retention_rate, cohort_revenue, "
                "cumulative_revenue, cumulative_retained"
            ),
            f"{FIRST} and months_since = 1",
            "1 1 100.00 200.00 390.00 1",
        ),
        (
            "mart.fct_customer_retention",
            (
                "retained_customers, cohort_size, retention_rate, cohort_revenue, "
                "revenue_per_retained_customer"
            ),
            SECOND,
            "0 1 0.00 0.00 None",
        ),
        (
            "mart.metric_daily_sales",
            (
                "revenue_per_order, revenue_per_customer, footwear_share, clothing_share, "
                "completion_rate"
            ),
            DAY,
            "190.00 190.00 100.00 0.00 50.00",
        ),
        (
            "mart.metric_monthly_sales",
            "revenue_per_order, completion_rate, new_customer_growth_pct",
            JANUARY,
            "150.00 66.67 None",
        ),
        ("mart.metric_monthly_sales", "new_customer_growth_pct", FEBRUARY, "0.00"),
        (
            "mart.metric_customer_retention",
            (
                "retention_rate, retention_change, retention_stage, cumulative_retention_rate, "
                "cumulative_revenue_per_customer"
            ),
            f"{FIRST} and months_since = 1",
            "100.00 0.00 Early 100.00 390.00",
        ),
        (
            "mart.metric_customer_retention",
            "retention_change, retention_stage",
            f"{FIRST} and months_since = 0",
            "None First",
        ),
        (
            "mart.metric_product_category",
            "items, revenue, revenue_share",
            f"{FEBRUARY} and category = 'Clothing'",
            "1 50.00 20.00",
        ),
        (
            "mart.metric_product_category",
            "items, revenue, revenue_share",
            f"{FEBRUARY} and category = 'Footwear'",
            "1 200.00 80.00",
        ),
        (
            "mart.metric_customer_segments",
            "customers, lifetime_value, value_share",
            "customer_segment = 'VIP'",
            "1 500.00 89.29",
        ),
        (
            "mart.metric_customer_segments",
            "customers, lifetime_value, value_share",
            "customer_segment = 'Medium Value'",
            "1 60.00 10.71",
        ),
    ],
)
def test_cells(example: Shop, table: str, columns: str, where: str, expected: str) -> None:
    found = example.cells(table, columns, where)
    assert [str(cell).replace(" ", "_") for cell in found] == expected.split()


def test_series_go_from_the_first_order_to_as_of(example: Shop) -> None:
    bounds = "cast(min(date_key) as varchar), cast(max(date_key) as varchar), count(*)"
    assert example.query(f"select {bounds} from mart.fct_daily_sales") == [
        ("2024-01-05", "2024-02-29", 56)
    ]
    empty = "gross_orders, orders_count, total_sales_amount, average_order_value, clothing_revenue"
    assert example.cells("mart.fct_daily_sales", empty, "date_key = '2024-02-29'") == (
        "0",
        "0",
        "0.00",
        None,
        "0.00",
    )
    assert example.query("select count(*) from mart.fct_monthly_sales") == [(2,)]
    assert example.query(
        "select cast(cohort_month as varchar), months_since from mart.fct_customer_retention "
        "order by all"
    ) == [("2024-01-01", 0), ("2024-01-01", 1), ("2024-02-01", 0)]


def test_facts_have_their_keys_and_amounts(example: Shop) -> None:
    columns = (
        "customer_id, date_key, is_counted, shipping_cost, total_amount, items_amount, total_items"
    )
    assert example.cells("core.fct_orders", columns, "order_id = 2") == (
        "1",
        "2024-01-20",
        "true",
        "10.00",
        "190.00",
        "180.00",
        "1",
    )
    columns = "customer_id, product_id, date_key, category, is_counted, quantity, item_total"
    assert example.cells("core.fct_order_items", columns, "order_item_id = 3") == (
        "2",
        "1",
        "2024-01-20",
        "Clothing",
        "false",
        "1",
        "50.00",
    )


def test_money_is_never_a_float(example: Shop) -> None:
    columns = example.query(
        "select distinct data_type from information_schema.columns "
        "where table_schema in ('staging', 'core', 'mart') and data_type in ('DOUBLE', 'FLOAT')"
    )
    assert columns == []

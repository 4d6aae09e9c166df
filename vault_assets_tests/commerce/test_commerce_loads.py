"""Extracts that follow each other: what changed is built, and nothing else."""

from pathlib import Path

from vault_assets.landing.local_folder import LocalFolder
from vault_assets.loading.replaying import replay_batch
from vault_assets_tests.commerce.shops import (
    CUSTOMERS,
    EXAMPLE,
    ITEMS,
    ORDERS,
    PRODUCTS,
    SMALL_THRESHOLDS,
    Shop,
    customer,
    item,
    order,
    product,
    text,
    with_settings,
)
from vault_assets_tests.loading.lakes import memory_lake

MARCH, APRIL = "2024-03-05", "2024-04-05"
NEWER, OLDER = "2024-03-05 08:00:00", "2023-12-01 08:00:00"


def lines(shop: Shop, number: int) -> list[tuple[int, str]]:
    return shop.query(
        "select order_item_id, cast(item_total as varchar) from staging.stg_order_items "
        f"where order_id = {number} order by 1"
    )


def equals_rebuild(shop: Shop) -> bool:
    before = shop.tables()
    shop.run("all")
    return shop.tables() == before


def test_a_second_run_builds_and_changes_nothing(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    before = shop.run().tables()
    assert shop.run().tables() == before
    for name, mart in shop.warehouse.marts.items():
        if mart.incremental or mart.partition:
            assert shop.built[name].rows == 0, name


def test_a_day_of_orders_builds_its_orders_and_its_day(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    shop.land(
        MARCH,
        orders=[order(6, 2, "2024-03-04", "processing", "50.00")],
        order_items=[item(6, 6, 1, "1", "50.00")],
    )
    shop.run()
    rows = {name: shop.built[name].rows for name in shop.built}
    assert (rows["stg_orders"], rows["stg_order_items"]) == (1, 1)
    assert (rows["fct_orders"], rows["fct_order_items"]) == (1, 1)
    assert [str(day) for day in shop.built["sales_by_day"].partitions or ()] == ["2024-03-04"]
    assert rows["dim_customers"] == 2  # the customer and Unknown
    assert rows["customer_months"] == 2
    assert set(shop.failed()) <= {"no_jump"}
    assert equals_rebuild(shop)


def test_an_order_that_is_delivered_again_replaces_all_its_lines(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    shop.land(
        MARCH,
        orders=[ORDERS[0] | {"total_amount": "60.00", "updated_at": NEWER}],
        order_items=[item(7, 1, 1, "1", "50.00")],
    )
    shop.run()
    assert lines(shop, 1) == [(7, "50.00")]
    assert set(shop.failed()) <= {"no_jump"}
    assert equals_rebuild(shop)


def test_a_line_that_was_taken_away_is_gone_though_the_others_are_as_old_as_before(
    shop: Shop,
) -> None:
    both = [
        item(1, 1, 1, "1", "50.00"),
        item(2, 1, 2, "1", "50.00", updated_at="2024-01-06 00:00:00"),
    ]
    shop.land(customers=CUSTOMERS, products=PRODUCTS, orders=[ORDERS[0]], order_items=both)
    shop.run()
    changed = ORDERS[0] | {"total_amount": "60.00", "updated_at": NEWER}
    shop.land(MARCH, orders=[changed], order_items=both[:1])
    shop.run()
    assert lines(shop, 1) == [(1, "50.00")]
    assert equals_rebuild(shop)


def test_a_status_change_without_lines_leaves_the_lines(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    shop.land(MARCH, orders=[ORDERS[3] | {"status": "completed", "updated_at": NEWER}])
    shop.run()
    assert lines(shop, 4) == [(4, "50.00")]
    assert shop.cells("core.fct_order_items", "is_counted", "order_id = 4") == ("true",)
    assert equals_rebuild(shop)


def test_an_older_row_that_comes_later_changes_nothing(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    before = shop.run().tables()
    old = ORDERS[0] | {"status": "processing", "updated_at": OLDER, "total_amount": "1.00"}
    shop.land(
        "2023-12-01", orders=[old], order_items=[item(9, 1, 1, "1", "1.00", updated_at=OLDER)]
    )
    assert shop.run().tables() == before
    assert equals_rebuild(shop)


def test_of_rows_with_one_updated_at_the_later_batch_counts(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    same = ORDERS[0] | {"status": "refunded"}
    shop.land(MARCH, orders=[same], order_items=[item(8, 1, 1, "2", "50.00")])
    shop.run()
    assert shop.cells("core.fct_orders", "status", "order_id = 1") == ("refunded",)
    assert lines(shop, 1) == [(8, "100.00")]
    assert equals_rebuild(shop)


def test_an_order_may_move_to_another_day_and_another_customer(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    moved = ORDERS[0] | {
        "order_date": "2024-01-07 10:00:00",
        "customer_id": "2",
        "updated_at": NEWER,
    }
    shop.land(MARCH, orders=[moved])
    shop.run()
    days = [str(day) for day in shop.built["sales_by_day"].partitions or ()]
    assert days == ["2024-01-05", "2024-01-07"]
    assert shop.cells("core.dim_customers", "lifetime_value", "customer_id = 1") == ("390.00",)
    assert shop.cells("mart.fct_daily_sales", "min(date_key)") == ("2024-01-07",)
    assert equals_rebuild(shop)


def test_an_unknown_customer_or_product_is_minus_1_until_it_is_known(shop: Shop) -> None:
    shop.land(orders=ORDERS, order_items=ITEMS)
    shop.run()
    assert {"known_customer": 5, "known_product": 5}.items() <= shop.failed().items()
    assert shop.query(
        "select distinct customer_id, product_id, category from core.fct_order_items"
    ) == [(-1, -1, "Unknown")]
    assert shop.query("select name from core.dim_customers") == [("Unknown",)]
    shop.land(MARCH, customers=CUSTOMERS, products=PRODUCTS)
    shop.run()
    assert set(shop.failed()) <= {"no_jump"}
    assert shop.query(
        "select count(*) from core.fct_order_items where -1 in (customer_id, product_id)"
    ) == [(0,)]
    assert shop.cells("core.dim_products", "total_quantity_sold", "product_id = 1") == ("3",)
    assert equals_rebuild(shop)


def test_a_product_that_changes_its_category_takes_its_sales_along(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    shop.land(MARCH, products=[product(1, "Accessories", updated_at=NEWER)])
    shop.run()
    columns = "clothing_revenue, accessories_revenue"
    assert shop.cells("mart.fct_monthly_sales", columns, "year_month = '2024-01'") == (
        "0.00",
        "100.00",
    )
    found = shop.query("select distinct category from mart.metric_product_category order by 1")
    assert found == [("Accessories",), ("Footwear",)]
    assert equals_rebuild(shop)


def test_a_changed_address_or_price_touches_no_order(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    shop.land(
        MARCH,
        customers=[customer(1, phone="1", updated_at=NEWER)],
        products=[product(1, "Clothing", "55.00", updated_at=NEWER)],
    )
    shop.run()
    assert shop.built["fct_orders"].rows == shop.built["fct_order_items"].rows == 0
    assert shop.built["sales_by_day"].partitions == ()
    assert shop.cells("core.dim_customers", "phone", "customer_id = 1") == ("1",)
    assert shop.cells("core.dim_products", "price", "product_id = 1") == ("55.00",)
    assert equals_rebuild(shop)


def test_defaults_stand_for_what_is_empty(shop: Shop) -> None:
    bare = {"order_date": "", "created_at": "2024-01-03 09:00:00"}
    shop.land(
        customers=[customer(1, email="  Ann@Shop.Example ")],
        products=[product(1, "Clothing", inventory_count="", is_active="")],
        orders=[
            order(1, 1, "2024-01-05", "completed", "50.00", **bare),
            order(
                2, 1, "2024-01-05", "completed", "0.00", order_date="", created_at="", updated_at=""
            ),
        ],
        order_items=[item(1, 1, 1, "-3", "50.00")],
    )
    shop.run()
    assert shop.cells("staging.stg_customers", "email, phone") == ("ann@shop.example", "Unknown")
    assert shop.cells("staging.stg_products", "inventory_count, is_active") == ("0", "true")
    assert shop.cells("core.fct_orders", "date_key, shipping_cost", "order_id = 1") == (
        "2024-01-03",
        "0.00",
    )
    assert shop.cells("core.fct_orders", "date_key", "order_id = 2") == ("2024-02-29",)
    columns = "quantity, discount_amount, item_total, is_clamped"
    assert shop.cells("staging.stg_order_items", columns) == ("1", "0.00", "50.00", "true")


def test_rejects_are_kept_and_can_be_read(shop: Shop) -> None:
    bad = text("orders", ORDERS) + "x,1,2024-01-01 00:00:00,completed,,,,1.00,,\n"
    shop.land(customers=CUSTOMERS, orders=bad)
    shop.run()
    found = shop.query("select row_no, reason, raw from staging.orders_quarantine")
    assert found == [(7, "cast:order_id", "x,1,2024-01-01 00:00:00,completed,,,,1.00,,")]
    assert shop.query("select count(*) from core.fct_orders") == [(5,)]


def test_a_replayed_batch_gives_the_same(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    before = shop.run().tables()
    ((batch,),) = shop.query("select batch_id from registry.batches where source = 'orders'")
    replay_batch(shop.lake, LocalFolder(shop.folder), shop.warehouse, batch, run_id="test")
    assert shop.run().tables() == before


def test_changed_settings_hold_for_all_after_a_build_of_all(shop: Shop) -> None:
    shop.land(**EXAMPLE)
    shop.run()
    shop.warehouse = with_settings(**SMALL_THRESHOLDS, counted="completed")
    shop.run("all")
    assert shop.cells("core.dim_customers", "lifetime_orders", "customer_id = 2") == ("0",)
    assert shop.cells("mart.fct_monthly_sales", "orders_count", "year_month = '2024-02'") == ("1",)


def test_an_order_with_no_row_of_its_own_yet_is_completed_when_it_comes(tmp_path: Path) -> None:
    with memory_lake() as lake:
        shop = Shop(lake, tmp_path)
        shop.land(customers=CUSTOMERS, products=PRODUCTS, order_items=ITEMS)
        shop.run()
        assert shop.failed()["known_order"] == 5
        assert shop.query("select * from mart.fct_daily_sales") == []
        shop.land(MARCH, orders=ORDERS)
        shop.run()
        assert set(shop.failed()) <= {"no_jump"}
        assert equals_rebuild(shop)

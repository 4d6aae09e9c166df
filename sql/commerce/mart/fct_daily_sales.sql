-- mart.fct_daily_sales: every day from the first order to as-of, days without orders too.
-- Rule: gross_ is all orders, the rest counted ones; product revenue is without shipping.
with days as (
  select cast(unnest(generate_series(min(d.date_key), max(a.as_of), interval 1 day)) as date) as date_key
  from core.sales_by_day as d
  cross join core.as_of as a
),
filled as (
  select
    days.date_key,
    coalesce(s.gross_orders, 0) as gross_orders,
    coalesce(s.orders_count, 0) as orders_count,
    coalesce(s.completed_orders, 0) as completed_orders,
    coalesce(s.cancelled_orders, 0) as cancelled_orders,
    coalesce(s.customers_count, 0) as customers_count,
    coalesce(s.gross_sales_amount, 0) as gross_sales_amount,
    coalesce(s.total_sales_amount, 0) as total_sales_amount,
    coalesce(s.total_shipping_cost, 0) as total_shipping_cost,
    cast(coalesce(s.total_sales_amount, 0) - coalesce(s.total_shipping_cost, 0) as decimal(18, 2))
      as total_product_revenue,
    coalesce(s.total_items_sold, 0) as total_items_sold,
    coalesce(s.items_revenue, 0) as items_revenue,
    coalesce(s.electronics_revenue, 0) as electronics_revenue,
    coalesce(s.clothing_revenue, 0) as clothing_revenue,
    coalesce(s.footwear_revenue, 0) as footwear_revenue,
    coalesce(s.accessories_revenue, 0) as accessories_revenue
  from days
  left join core.sales_by_day as s on s.date_key = days.date_key
)
select
  date_key,
  gross_orders,
  orders_count,
  completed_orders,
  cancelled_orders,
  customers_count,
  gross_sales_amount,
  total_sales_amount,
  total_shipping_cost,
  total_product_revenue,
  metric(average_order_value) as average_order_value,
  total_items_sold,
  items_revenue,
  electronics_revenue,
  clothing_revenue,
  footwear_revenue,
  accessories_revenue
from filled

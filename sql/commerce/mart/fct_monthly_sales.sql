-- mart.fct_monthly_sales: every month from the first order to as-of, months without orders too.
-- Rule: customers are counted once in the month; growth is against the calendar month before, taken
-- from all months. A customer is new in the month of the first counted order.
with months as (
  select
    cast(unnest(generate_series(min(m.month_start), max(a.as_of), interval 1 month)) as date)
      as month_start
  from core.sales_by_month as m
  cross join core.as_of as a
),
arrived as (
  select
    cast(date_trunc('month', c.first_order_date) as date) as month_start,
    count(*) as new_customers
  from core.dim_customers as c
  where c.lifetime_orders > 0 and c.customer_id <> -1
  group by all
),
filled as (
  select
    months.month_start,
    coalesce(s.gross_orders, 0) as gross_orders,
    coalesce(s.orders_count, 0) as orders_count,
    coalesce(s.completed_orders, 0) as completed_orders,
    coalesce(s.cancelled_orders, 0) as cancelled_orders,
    coalesce(s.customers_count, 0) as unique_customers,
    coalesce(n.new_customers, 0) as new_customers,
    coalesce(s.gross_sales_amount, 0) as gross_sales_amount,
    coalesce(s.total_sales_amount, 0) as total_sales_amount,
    coalesce(s.total_shipping_cost, 0) as total_shipping_cost,
    cast(coalesce(s.total_sales_amount, 0) - coalesce(s.total_shipping_cost, 0) as decimal(18, 2))
      as total_product_revenue,
    coalesce(s.total_items_sold, 0) as total_items_sold,
    coalesce(s.items_revenue, 0) as items_revenue,
    coalesce(s.electronics_items, 0) as electronics_items,
    coalesce(s.clothing_items, 0) as clothing_items,
    coalesce(s.footwear_items, 0) as footwear_items,
    coalesce(s.accessories_items, 0) as accessories_items,
    coalesce(s.electronics_revenue, 0) as electronics_revenue,
    coalesce(s.clothing_revenue, 0) as clothing_revenue,
    coalesce(s.footwear_revenue, 0) as footwear_revenue,
    coalesce(s.accessories_revenue, 0) as accessories_revenue,
    lag(coalesce(s.total_sales_amount, 0)) over (order by months.month_start)
      as previous_sales_amount
  from months
  left join core.sales_by_month as s on s.month_start = months.month_start
  left join arrived as n on n.month_start = months.month_start
)
select
  month_start,
  strftime(month_start, '%Y-%m') as year_month,
  gross_orders,
  orders_count,
  completed_orders,
  cancelled_orders,
  unique_customers,
  new_customers,
  gross_sales_amount,
  total_sales_amount,
  total_shipping_cost,
  total_product_revenue,
  metric(average_order_value) as average_order_value,
  total_items_sold,
  items_revenue,
  electronics_items,
  clothing_items,
  footwear_items,
  accessories_items,
  electronics_revenue,
  clothing_revenue,
  footwear_revenue,
  accessories_revenue,
  metric(cancellation_rate) as cancellation_rate,
  metric(sales_growth_pct) as sales_growth_pct
from filled

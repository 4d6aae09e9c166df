-- core.sales_by_month: sums of every month that has orders.
-- Rule: gross is all orders, the rest counted ones. Customers are counted once in the month; all who
-- are unknown are one.
with orders as (
  select
    cast(date_trunc('month', date_key) as date) as month_start,
    cast(sum(gross_orders) as bigint) as gross_orders,
    cast(sum(orders_count) as bigint) as orders_count,
    cast(sum(completed_orders) as bigint) as completed_orders,
    cast(sum(cancelled_orders) as bigint) as cancelled_orders,
    sum(unknown_customer_orders) as unknown_customer_orders,
    cast(sum(gross_sales_amount) as decimal(18, 2)) as gross_sales_amount,
    cast(sum(total_sales_amount) as decimal(18, 2)) as total_sales_amount,
    cast(sum(total_shipping_cost) as decimal(18, 2)) as total_shipping_cost
  from core.sales_by_day
  group by all
),
customers as (
  select month_start, count(*) as customers_count
  from core.customer_months
  group by month_start
),
items as (
  select
    month_start,
    sum(items) as items,
    sum(revenue) as revenue,
    sum(items) filter (category = 'Electronics') as electronics_items,
    sum(items) filter (category = 'Clothing') as clothing_items,
    sum(items) filter (category = 'Footwear') as footwear_items,
    sum(items) filter (category = 'Accessories') as accessories_items,
    sum(revenue) filter (category = 'Electronics') as electronics_revenue,
    sum(revenue) filter (category = 'Clothing') as clothing_revenue,
    sum(revenue) filter (category = 'Footwear') as footwear_revenue,
    sum(revenue) filter (category = 'Accessories') as accessories_revenue
  from core.sales_by_product
  group by month_start
)
select
  o.month_start,
  o.gross_orders,
  o.orders_count,
  o.completed_orders,
  o.cancelled_orders,
  coalesce(c.customers_count, 0) + case when o.unknown_customer_orders > 0 then 1 else 0 end
    as customers_count,
  o.gross_sales_amount,
  o.total_sales_amount,
  o.total_shipping_cost,
  cast(coalesce(i.items, 0) as bigint) as total_items_sold,
  cast(coalesce(i.revenue, 0) as decimal(18, 2)) as items_revenue,
  cast(coalesce(i.electronics_items, 0) as bigint) as electronics_items,
  cast(coalesce(i.clothing_items, 0) as bigint) as clothing_items,
  cast(coalesce(i.footwear_items, 0) as bigint) as footwear_items,
  cast(coalesce(i.accessories_items, 0) as bigint) as accessories_items,
  cast(coalesce(i.electronics_revenue, 0) as decimal(18, 2)) as electronics_revenue,
  cast(coalesce(i.clothing_revenue, 0) as decimal(18, 2)) as clothing_revenue,
  cast(coalesce(i.footwear_revenue, 0) as decimal(18, 2)) as footwear_revenue,
  cast(coalesce(i.accessories_revenue, 0) as decimal(18, 2)) as accessories_revenue
from orders as o
left join customers as c on c.month_start = o.month_start
left join items as i on i.month_start = o.month_start

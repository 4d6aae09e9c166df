-- core.sales_by_month: sums of every month that has orders.
-- Rule: gross is all orders, the rest counted ones. Customers are counted once in the month.
-- Note: days are compared as they are stored, so that the engine skips the others.
with days as (
  select
    cast(
      unnest(generate_series(partition_value, last_day(partition_value), interval 1 day)) as date
    ) as date_key
  from changed_partitions
),
orders as (
  select
    cast(date_trunc('month', o.date_key) as date) as month_start,
    count(*) as gross_orders,
    count(*) filter (o.is_counted) as orders_count,
    count(*) filter (o.status = 'completed') as completed_orders,
    count(*) filter (o.status = 'cancelled') as cancelled_orders,
    count(distinct o.customer_id) filter (o.is_counted) as customers_count,
    cast(sum(o.total_amount) as decimal(18, 2)) as gross_sales_amount,
    cast(coalesce(sum(o.total_amount) filter (o.is_counted), 0) as decimal(18, 2))
      as total_sales_amount,
    cast(coalesce(sum(o.shipping_cost) filter (o.is_counted), 0) as decimal(18, 2))
      as total_shipping_cost
  from core.fct_orders as o
  where o.date_key in (select date_key from days)
  group by all
),
items as (
  select
    cast(date_trunc('month', i.date_key) as date) as month_start,
    sum(i.quantity) as items,
    sum(i.item_total) as revenue,
    sum(i.quantity) filter (i.category = 'Electronics') as electronics_items,
    sum(i.quantity) filter (i.category = 'Clothing') as clothing_items,
    sum(i.quantity) filter (i.category = 'Footwear') as footwear_items,
    sum(i.quantity) filter (i.category = 'Accessories') as accessories_items,
    sum(i.item_total) filter (i.category = 'Electronics') as electronics_revenue,
    sum(i.item_total) filter (i.category = 'Clothing') as clothing_revenue,
    sum(i.item_total) filter (i.category = 'Footwear') as footwear_revenue,
    sum(i.item_total) filter (i.category = 'Accessories') as accessories_revenue
  from core.fct_order_items as i
  where i.is_counted
    and i.date_key in (select date_key from days)
  group by all
)
select
  o.month_start,
  o.gross_orders,
  o.orders_count,
  o.completed_orders,
  o.cancelled_orders,
  o.customers_count,
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
left join items as i on i.month_start = o.month_start

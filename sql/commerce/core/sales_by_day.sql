-- core.sales_by_day: sums of every day that has orders.
-- Rule: gross is all orders, the rest counted ones. Customers are counted once in the day.
with orders as (
  select
    cast(o.date_key as date) as date_key,
    count(*) as gross_orders,
    count(*) filter (o.is_counted) as orders_count,
    count(*) filter (o.status = 'completed') as completed_orders,
    count(*) filter (o.status = 'cancelled') as cancelled_orders,
    count(distinct o.customer_id) filter (o.is_counted) as customers_count,
    count(*) filter (o.is_counted and o.customer_id = -1) as unknown_customer_orders,
    cast(sum(o.total_amount) as decimal(18, 2)) as gross_sales_amount,
    cast(coalesce(sum(o.total_amount) filter (o.is_counted), 0) as decimal(18, 2))
      as total_sales_amount,
    cast(coalesce(sum(o.shipping_cost) filter (o.is_counted), 0) as decimal(18, 2))
      as total_shipping_cost
  from core.fct_orders as o
  where cast(o.date_key as date) in (select partition_value from changed_partitions)
  group by all
),
items as (
  select
    cast(i.date_key as date) as date_key,
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
    and cast(i.date_key as date) in (select partition_value from changed_partitions)
  group by all
)
select
  o.date_key,
  o.gross_orders,
  o.orders_count,
  o.completed_orders,
  o.cancelled_orders,
  o.customers_count,
  o.unknown_customer_orders,
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
left join items as i on i.date_key = o.date_key

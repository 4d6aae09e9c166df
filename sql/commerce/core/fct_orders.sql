-- core.fct_orders: one row per order.
-- Rule: an unknown customer is -1. Counted are the statuses of the settings. A day that core.dim_date
-- lacks is kept.
with orders as (
  select *
  from staging.stg_orders
  where order_id in (select order_id from changed_keys)
),
customers as (
  select customer_id
  from core.dim_customers
  where customer_id in (select customer_id from orders)
),
lines as (
  select
    i.order_id,
    sum(i.item_total) as items_amount,
    sum(i.quantity) as total_items
  from staging.stg_order_items as i
  where i.order_id in (select order_id from changed_keys)
  group by i.order_id
)
select
  o.order_id,
  coalesce(c.customer_id, -1) as customer_id,
  coalesce(d.date_key, cast(o.order_date as date)) as date_key,
  o.order_date,
  o.status,
  o.payment_method,
  list_contains(string_split(s.counted, ','), o.status) as is_counted,
  o.shipping_cost,
  o.total_amount,
  cast(coalesce(l.items_amount, 0) as decimal(18, 2)) as items_amount,
  cast(coalesce(l.total_items, 0) as bigint) as total_items
from orders as o
cross join core.settings as s
left join customers as c on c.customer_id = o.customer_id
left join core.dim_date as d on d.date_key = cast(o.order_date as date)
left join lines as l on l.order_id = o.order_id

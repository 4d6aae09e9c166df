-- core.dim_customers: one row per customer, as known now (type 1), with lifetime figures; and row -1.
-- Rule: lifetime figures are of counted orders, gross figures of all.
with orders as (
  select
    o.customer_id,
    o.order_date,
    o.total_amount,
    list_contains(string_split(s.counted, ','), o.status) as is_counted
  from staging.stg_orders as o
  cross join core.settings as s
  where o.customer_id in (select customer_id from changed_keys)
),
lifetime as (
  select
    customer_id,
    count(*) as gross_orders,
    count(*) filter (is_counted) as lifetime_orders,
    min(order_date) filter (is_counted) as first_order_date,
    max(order_date) filter (is_counted) as most_recent_order_date,
    sum(total_amount) as gross_lifetime_value,
    sum(total_amount) filter (is_counted) as lifetime_value
  from orders
  group by customer_id
),
customers as (
  select customer_id, name, email, phone, created_at
  from staging.stg_customers
  union all
  select -1, 'Unknown', 'unknown', 'Unknown', null
)
select
  c.customer_id,
  c.name,
  c.email,
  c.phone,
  c.created_at,
  coalesce(l.gross_orders, 0) as gross_orders,
  coalesce(l.lifetime_orders, 0) as lifetime_orders,
  l.first_order_date,
  l.most_recent_order_date,
  cast(coalesce(l.gross_lifetime_value, 0) as decimal(18, 2)) as gross_lifetime_value,
  cast(coalesce(l.lifetime_value, 0) as decimal(18, 2)) as lifetime_value
from customers as c
left join lifetime as l on l.customer_id = c.customer_id
where c.customer_id in (select customer_id from changed_keys)

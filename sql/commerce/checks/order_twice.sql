-- core.fct_orders: orders of a customer within 15 minutes of another one, if the build has written
-- one of them.
-- Note: days are compared as they are stored, so that the engine skips the others.
with written as (
  select customer_id, date_key, order_id
  from written_rows
  where customer_id <> -1
),
days as (
  select date_key from written
  union
  select cast(date_key - interval 1 day as date) from written
  union
  select cast(date_key + interval 1 day as date) from written
),
ordered as (
  select
    order_id,
    customer_id,
    order_date,
    lag(order_id) over (partition by customer_id order by order_date, order_id) as earlier_order,
    lag(order_date) over (partition by customer_id order by order_date, order_id) as earlier_date
  from core.fct_orders
  where date_key in (select date_key from days)
    and customer_id in (select customer_id from written)
)
select order_id, earlier_order, customer_id, order_date
from ordered
where order_date <= earlier_date + interval 15 minutes
  and (
    order_id in (select order_id from written)
    or earlier_order in (select order_id from written)
  )

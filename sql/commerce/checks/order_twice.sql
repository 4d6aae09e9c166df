-- core.fct_orders: orders of a customer within 15 minutes of another one.
-- Rule: looked at are the customers whose orders the build has written.
with ordered as (
  select
    order_id,
    customer_id,
    order_date,
    lag(order_id) over (partition by customer_id order by order_date, order_id) as earlier_order,
    lag(order_date) over (partition by customer_id order by order_date, order_id) as earlier_date
  from core.fct_orders
  where customer_id <> -1
    and customer_id in (
      select customer_id
      from core.fct_orders
      where order_id in (select order_id from changed_keys)
    )
)
select order_id, earlier_order, customer_id, order_date
from ordered
where order_date <= earlier_date + interval 15 minutes

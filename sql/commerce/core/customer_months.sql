-- core.customer_months: what each customer bought in each month after the first counted order.
-- Rule: the cohort is the month of the first counted order (earliest order_date, then order_id); that
-- order itself is not in orders and revenue. The month of the cohort is always there.
with orders as (
  select
    o.customer_id,
    cast(date_trunc('month', o.date_key) as date) as month_start,
    o.total_amount,
    row_number() over (partition by o.customer_id order by o.order_date, o.order_id) as place,
    min(cast(date_trunc('month', o.date_key) as date)) over (partition by o.customer_id)
      as cohort_month
  from core.fct_orders as o
  where o.is_counted and o.customer_id <> -1
    and o.customer_id in (select customer_id from changed_keys)
)
select
  o.customer_id,
  o.cohort_month,
  o.month_start,
  count(*) filter (o.place > 1) as orders,
  cast(coalesce(sum(o.total_amount) filter (o.place > 1), 0) as decimal(18, 2)) as revenue,
  count(*) filter (o.place = 2) > 0 as is_first_return
from orders as o
group by o.customer_id, o.cohort_month, o.month_start

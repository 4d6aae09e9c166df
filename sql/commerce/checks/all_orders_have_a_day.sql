-- core.sales_by_day: number and amount of all orders, if the days do not sum to them.
with days as (
  select sum(gross_orders) as orders, sum(gross_sales_amount) as amount
  from core.sales_by_day
),
facts as (
  select count(*) as orders, sum(total_amount) as amount
  from core.fct_orders
)
select f.orders, f.amount, d.orders as orders_of_days, d.amount as amount_of_days
from facts as f
cross join days as d
where f.orders > 0 and (f.orders, f.amount) is distinct from (d.orders, d.amount)

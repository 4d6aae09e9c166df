-- mart.fct_monthly_sales: months until as-of that their days do not sum to.
with days as (
  select
    cast(date_trunc('month', date_key) as date) as month_start,
    sum(gross_orders) as gross_orders,
    sum(orders_count) as orders_count,
    sum(total_sales_amount) as amount,
    sum(total_items_sold) as items,
    sum(items_revenue) as revenue
  from mart.fct_daily_sales
  group by all
)
select m.month_start, m.orders_count, d.orders_count as of_days, m.total_sales_amount, d.amount
from mart.fct_monthly_sales as m
cross join core.as_of as a
left join days as d on d.month_start = m.month_start
where last_day(m.month_start) <= a.as_of
  and (
    (m.gross_orders, m.orders_count, m.total_sales_amount)
    is distinct from (d.gross_orders, d.orders_count, d.amount)
    or (m.total_items_sold, m.items_revenue) is distinct from (d.items, d.revenue)
  )

-- mart.fct_daily_sales: sums of all days that are not those of core.sales_by_day until as-of.
with days as (
  select
    sum(gross_orders) as gross_orders,
    sum(gross_sales_amount) as gross_amount,
    sum(total_sales_amount) as amount,
    sum(total_items_sold) as items,
    sum(items_revenue) as revenue
  from mart.fct_daily_sales
),
sums as (
  select
    sum(s.gross_orders) as gross_orders,
    sum(s.gross_sales_amount) as gross_amount,
    sum(s.total_sales_amount) as amount,
    sum(s.total_items_sold) as items,
    sum(s.items_revenue) as revenue
  from core.sales_by_day as s
  cross join core.as_of as a
  where s.date_key <= a.as_of
)
select d.*, s.*
from days as d
cross join sums as s
where s.gross_orders > 0
  and (d.gross_orders, d.gross_amount, d.amount, d.items, d.revenue)
    is distinct from (s.gross_orders, s.gross_amount, s.amount, s.items, s.revenue)

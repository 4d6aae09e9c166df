-- mart.fct_daily_sales: sums of all days that are not those of the facts until as-of.
with days as (
  select
    sum(gross_orders) as gross_orders,
    sum(orders_count) as orders,
    sum(gross_sales_amount) as gross_amount,
    sum(total_sales_amount) as amount,
    sum(total_items_sold) as items,
    sum(items_revenue) as revenue
  from mart.fct_daily_sales
),
orders as (
  select
    count(*) as gross_orders,
    count(*) filter (o.is_counted) as orders,
    sum(o.total_amount) as gross_amount,
    coalesce(sum(o.total_amount) filter (o.is_counted), 0) as amount
  from core.fct_orders as o
  cross join core.as_of as a
  where o.date_key <= a.as_of
),
items as (
  select coalesce(sum(i.quantity), 0) as items, coalesce(sum(i.item_total), 0) as revenue
  from core.fct_order_items as i
  cross join core.as_of as a
  where i.is_counted and i.date_key <= a.as_of
)
select d.*, o.*, i.*
from days as d
cross join orders as o
cross join items as i
where o.gross_orders > 0
  and (
    (d.gross_orders, d.orders, d.gross_amount, d.amount)
    is distinct from (o.gross_orders, o.orders, o.gross_amount, o.amount)
    or (d.items, d.revenue) is distinct from (i.items, i.revenue)
  )

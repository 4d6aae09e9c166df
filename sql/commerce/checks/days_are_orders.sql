-- core.sales_by_day: days whose sums are not those of the orders and lines.
-- Rule: looked at are the days that the build has written. A day without orders is not there.
with orders as (
  select
    cast(date_key as date) as date_key,
    count(*) as gross_orders,
    coalesce(sum(total_amount) filter (is_counted), 0) as amount
  from core.fct_orders
  where cast(date_key as date) in (select partition_value from changed_partitions)
  group by all
),
items as (
  select cast(date_key as date) as date_key, sum(quantity) as items, sum(item_total) as revenue
  from core.fct_order_items
  where is_counted and cast(date_key as date) in (select partition_value from changed_partitions)
  group by all
),
sums as (
  select
    o.date_key,
    o.gross_orders,
    o.amount,
    coalesce(i.items, 0) as items,
    coalesce(i.revenue, 0) as revenue
  from orders as o
  left join items as i on i.date_key = o.date_key
)
select coalesce(d.date_key, s.date_key) as date_key, s.gross_orders, s.amount, s.items, s.revenue
from sums as s
full join (
  select *
  from core.sales_by_day
  where date_key in (select partition_value from changed_partitions)
) as d on d.date_key = s.date_key
where (d.gross_orders, d.total_sales_amount, d.total_items_sold, d.items_revenue)
  is distinct from (s.gross_orders, s.amount, s.items, s.revenue)

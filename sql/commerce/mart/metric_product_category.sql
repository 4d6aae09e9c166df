-- mart.metric_product_category: what each category sold in each month that had counted orders.
with sold as (
  select
    cast(date_trunc('month', i.date_key) as date) as month_start,
    i.category,
    cast(sum(i.quantity) as bigint) as items,
    cast(sum(i.item_total) as decimal(18, 2)) as revenue
  from core.fct_order_items as i
  where i.is_counted
    and cast(date_trunc('month', i.date_key) as date) in (
      select partition_value from changed_partitions
    )
  group by all
),
totals as (
  select *, sum(revenue) over (partition by month_start) as month_revenue
  from sold
)
select
  month_start,
  category,
  items,
  revenue,
  metric(category_share) as revenue_share
from totals

-- mart.metric_product_category: what each category sold in each month that had counted orders.
-- Note: days are compared as they are stored, so that the engine skips the others.
with days as (
  select
    cast(
      unnest(generate_series(partition_value, last_day(partition_value), interval 1 day)) as date
    ) as date_key
  from changed_partitions
),
sold as (
  select
    cast(date_trunc('month', i.date_key) as date) as month_start,
    i.category,
    cast(sum(i.quantity) as bigint) as items,
    cast(sum(i.item_total) as decimal(18, 2)) as revenue
  from core.fct_order_items as i
  where i.is_counted
    and i.date_key in (select date_key from days)
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

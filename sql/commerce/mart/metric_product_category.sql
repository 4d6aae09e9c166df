-- mart.metric_product_category: what each category sold in each month that had counted orders.
with sold as (
  select
    month_start,
    category,
    cast(sum(items) as bigint) as items,
    cast(sum(revenue) as decimal(18, 2)) as revenue
  from core.sales_by_product
  where counted_lines > 0
  group by month_start, category
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

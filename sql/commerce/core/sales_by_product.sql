-- core.sales_by_product: sums of every month by product, of lines whose day is known.
-- Rule: all lines are counted in lines, the rest is of counted orders.
-- Note: days are compared as they are stored, so that the engine skips the others.
with days as (
  select
    cast(
      unnest(generate_series(partition_value, last_day(partition_value), interval 1 day)) as date
    ) as date_key
  from changed_partitions
)
select
  cast(date_trunc('month', i.date_key) as date) as month_start,
  i.product_id,
  i.category,
  count(*) as lines,
  count(*) filter (i.is_counted) as counted_lines,
  cast(coalesce(sum(i.quantity) filter (i.is_counted), 0) as bigint) as items,
  cast(coalesce(sum(i.item_total) filter (i.is_counted), 0) as decimal(18, 2)) as revenue
from core.fct_order_items as i
where i.date_key in (select date_key from days)
group by all

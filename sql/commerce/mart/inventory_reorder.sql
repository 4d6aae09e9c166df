-- mart.inventory_reorder: what to order again, from the counted sales of the last days up to as-of.
-- Rule: daily = sold / days; reorder point = ceil(daily x (lead + safety)); reorder = active and stock
-- at or below it; suggested = what is missing to cover days. Rounded up in whole numbers.
with days as (
  select
    cast(unnest(generate_series(a.as_of - s.sold_days + 1, a.as_of, interval 1 day)) as date)
      as date_key
  from core.as_of as a
  cross join core.settings as s
),
sold as (
  select
    i.product_id,
    sum(i.quantity) as items
  from core.fct_order_items as i
  where i.is_counted and i.date_key in (select date_key from days)
  group by i.product_id
),
demand as (
  select
    p.product_id,
    p.name,
    p.category,
    p.is_active,
    p.inventory_count,
    cast(coalesce(sold.items, 0) as bigint) as sold,
    s.sold_days,
    cast(
      (coalesce(sold.items, 0) * (s.lead_days + s.safety_days) + s.sold_days - 1) // s.sold_days
      as bigint
    ) as reorder_point,
    cast((coalesce(sold.items, 0) * s.cover_days + s.sold_days - 1) // s.sold_days as bigint)
      as wanted
  from core.dim_products as p
  cross join core.settings as s
  left join sold on sold.product_id = p.product_id
  where p.product_id <> -1
)
select
  product_id,
  name,
  category,
  is_active,
  inventory_count,
  sold,
  metric(daily_demand) as daily_demand,
  metric(days_of_cover) as days_of_cover,
  reorder_point,
  is_active and inventory_count <= reorder_point as reorder,
  greatest(0, wanted - inventory_count) as suggested_quantity
from demand

-- core.dim_products: one row per product, as known now (type 1), with what was sold; and row -1.
-- Rule: sold are lines of counted orders.
with sold as (
  select
    product_id,
    sum(items) as total_quantity_sold,
    sum(revenue) as total_revenue
  from core.sales_by_product
  group by product_id
),
products as (
  select product_id, name, price, category, inventory_count, is_active, created_at
  from staging.stg_products
  union all
  select -1, 'Unknown', null, 'Unknown', 0, false, null
)
select
  p.product_id,
  p.name,
  p.price,
  p.category,
  p.inventory_count,
  p.is_active,
  p.created_at,
  cast(coalesce(s.total_quantity_sold, 0) as bigint) as total_quantity_sold,
  cast(coalesce(s.total_revenue, 0) as decimal(18, 2)) as total_revenue,
  case
    when p.inventory_count <= 0 then 'Out of stock'
    when p.inventory_count < t.low_stock then 'Low stock'
    else 'In stock'
  end as inventory_status
from products as p
cross join core.settings as t
left join sold as s on s.product_id = p.product_id

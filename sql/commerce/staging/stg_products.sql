-- staging.stg_products: the newest row of every product.
-- Rule: newest updated_at, then the later batch, then the later line. No stock is 0, and active is the
-- default.
select
  s.product_id,
  s.name,
  s.price,
  s.category,
  coalesce(s.inventory_count, 0) as inventory_count,
  coalesce(s.is_active, true) as is_active,
  s.created_at,
  s.updated_at
from staging.products as s
qualify row_number() over (
  partition by s.product_id
  order by coalesce(s.updated_at, s.created_at) desc nulls last, s.load_ts desc, s.row_no desc
) = 1

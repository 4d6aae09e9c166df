-- Products, and how many are to be ordered again or cannot be sold.
select
  count(*) as products,
  count(*) filter (r.reorder) as to_order,
  cast(coalesce(sum(r.suggested_quantity) filter (r.reorder), 0) as bigint) as pieces,
  count(*) filter (p.availability = 'Temporarily Unavailable') as unavailable,
  count(*) filter (p.availability = 'Discontinued') as discontinued
from mart.inventory_reorder as r
inner join mart.mart_dim_products as p on p.product_id = r.product_id
where len(cast($categories as varchar[])) = 0 or list_contains(cast($categories as varchar[]), r.category)

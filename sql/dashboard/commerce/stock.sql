-- Stock of each product: what to order again first.
select
  r.product_id,
  r.name,
  r.category,
  p.availability,
  r.inventory_count as stock,
  r.sold as sold_in_period,
  r.daily_demand,
  r.days_of_cover,
  r.reorder_point,
  r.reorder,
  r.suggested_quantity
from mart.inventory_reorder as r
inner join mart.mart_dim_products as p on p.product_id = r.product_id
where (len(cast($categories as varchar[])) = 0 or list_contains(cast($categories as varchar[]), r.category))
  and (r.reorder or not cast($only_reorder as boolean))
order by r.reorder desc, r.days_of_cover nulls last, r.product_id

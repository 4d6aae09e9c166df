-- The $top products with most revenue.
select
  name,
  category,
  price,
  total_quantity_sold as sold,
  total_revenue as revenue,
  average_selling_price,
  sales_performance as performance,
  availability
from mart.mart_dim_products
where len(cast($categories as varchar[])) = 0 or list_contains(cast($categories as varchar[]), category)
order by total_revenue desc, product_id
limit $top

-- mart.mart_dim_products: every known product with its performance, revenue tier and availability.
select
  p.product_id,
  p.name,
  p.price,
  p.category,
  p.inventory_count,
  p.is_active,
  p.created_at,
  p.total_quantity_sold,
  p.total_revenue,
  p.inventory_status,
  case
    when p.total_quantity_sold > s.high_quantity then 'High'
    when p.total_quantity_sold > s.medium_quantity then 'Medium'
    when p.total_quantity_sold > 0 then 'Low'
    else 'Not Selling'
  end as sales_performance,
  case
    when p.total_revenue > s.high_revenue then 'High'
    when p.total_revenue > s.medium_revenue then 'Medium'
    when p.total_revenue > 0 then 'Low'
    else 'None'
  end as revenue_tier,
  metric(average_selling_price) as average_selling_price,
  case
    when not p.is_active then 'Discontinued'
    when p.inventory_count <= 0 then 'Temporarily Unavailable'
    else 'Available'
  end as availability,
  p.is_active and p.inventory_count > 0 as is_available_for_purchase
from core.dim_products as p
cross join core.settings as s
where p.product_id <> -1

-- Customers with counted orders, and what they spent.
select
  count(*) as customers,
  count(*) filter (lifetime_orders > 0) as buyers,
  count(*) filter (lifetime_orders > 1) / nullif(count(*) filter (lifetime_orders > 0), 0) as repeat_share,
  avg(lifetime_value) filter (lifetime_orders > 0) as value,
  count(*) filter (customer_status = 'Active') as active
from mart.mart_dim_customers

-- mart.metric_daily_sales: ratios of every day.
select
  date_key,
  orders_count,
  total_sales_amount,
  metric(revenue_per_order) as revenue_per_order,
  metric(revenue_per_customer) as revenue_per_customer,
  metric(electronics_share) as electronics_share,
  metric(clothing_share) as clothing_share,
  metric(footwear_share) as footwear_share,
  metric(accessories_share) as accessories_share,
  metric(completion_rate) as completion_rate
from (
  select *, customers_count as customers
  from mart.fct_daily_sales
)

-- mart.metric_monthly_sales: ratios of every month.
with months as (
  select
    *,
    unique_customers as customers,
    lag(new_customers) over (order by month_start) as previous_new_customers
  from mart.fct_monthly_sales
)
select
  month_start,
  year_month,
  orders_count,
  total_sales_amount,
  sales_growth_pct,
  cancellation_rate,
  metric(revenue_per_order) as revenue_per_order,
  metric(revenue_per_customer) as revenue_per_customer,
  metric(electronics_share) as electronics_share,
  metric(clothing_share) as clothing_share,
  metric(footwear_share) as footwear_share,
  metric(accessories_share) as accessories_share,
  metric(completion_rate) as completion_rate,
  new_customers,
  metric(new_customer_growth_pct) as new_customer_growth_pct
from months

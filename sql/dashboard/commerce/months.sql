-- Sales of each month; the months of the days chosen, each as a whole.
select
  f.month_start as month,
  f.total_sales_amount as sales,
  f.orders_count as orders,
  f.unique_customers as customers,
  f.new_customers,
  m.revenue_per_order,
  f.cancellation_rate,
  m.completion_rate,
  f.sales_growth_pct as growth
from mart.fct_monthly_sales as f
inner join mart.metric_monthly_sales as m on m.month_start = f.month_start
where f.month_start between date_trunc('month', cast($first as date)) and $last
order by month

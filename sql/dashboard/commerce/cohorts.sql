-- Retention of each cohort by months since its first order.
select
  f.cohort_month as cohort,
  f.months_since,
  f.cohort_size,
  f.retained_customers as retained,
  f.retention_rate as rate,
  m.cumulative_retention_rate as cumulative_rate,
  f.cohort_revenue as revenue
from mart.fct_customer_retention as f
inner join mart.metric_customer_retention as m
  on m.cohort_month = f.cohort_month and m.months_since = f.months_since
where f.months_since <= $months
order by cohort, f.months_since

-- mart.metric_customer_retention: rates of every cohort and month, and their change in points.
select
  cohort_month,
  months_since,
  cohort_size,
  retention_rate,
  metric(cumulative_retention_rate) as cumulative_retention_rate,
  metric(cumulative_revenue_per_customer) as cumulative_revenue_per_customer,
  retention_rate - lag(retention_rate) over (partition by cohort_month order by months_since)
    as retention_change,
  case
    when months_since = 0 then 'First'
    when months_since <= 3 then 'Early'
    when months_since <= 6 then 'Mid'
    when months_since <= 12 then 'Late'
    else 'Long Term'
  end as retention_stage
from mart.fct_customer_retention

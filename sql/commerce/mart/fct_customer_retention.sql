-- mart.fct_customer_retention: each cohort in each calendar month from its own to that of as-of.
-- Rule: a cohort is the customers whose first counted order is in the month. Retained is who orders
-- (counted) again in a month; the first order itself does not count, not in revenue either.
with months as (
  select
    cohort_month,
    month_start,
    count(*) as customers,
    count(*) filter (orders > 0) as retained_customers,
    sum(revenue) filter (orders > 0) as revenue,
    count(*) filter (is_first_return) as returned
  from core.customer_months
  group by cohort_month, month_start
),
cohorts as (
  select
    m.cohort_month,
    m.customers as cohort_size,
    date_trunc('month', a.as_of) as last_month
  from months as m
  cross join core.as_of as a
  where m.month_start = m.cohort_month and m.cohort_month <= a.as_of
),
grid as (
  select
    cohort_month,
    cohort_size,
    unnest(range(0, date_diff('month', cohort_month, last_month) + 1)) as months_since
  from cohorts
),
bought as (
  select
    cohort_month,
    date_diff('month', cohort_month, month_start) as months_since,
    retained_customers,
    revenue as cohort_revenue,
    returned
  from months
),
filled as (
  select
    g.cohort_month,
    g.months_since,
    g.cohort_size,
    coalesce(b.retained_customers, 0) as retained_customers,
    cast(coalesce(b.cohort_revenue, 0) as decimal(18, 2)) as cohort_revenue,
    cast(
      sum(coalesce(b.cohort_revenue, 0)) over (
        partition by g.cohort_month order by g.months_since
      ) as decimal(18, 2)
    ) as cumulative_revenue,
    cast(
      sum(coalesce(b.returned, 0)) over (
        partition by g.cohort_month order by g.months_since
      ) as bigint
    ) as cumulative_retained
  from grid as g
  left join bought as b on b.cohort_month = g.cohort_month and b.months_since = g.months_since
)
select
  cohort_month,
  months_since,
  cohort_size,
  retained_customers,
  metric(retention_rate) as retention_rate,
  cohort_revenue,
  metric(revenue_per_retained_customer) as revenue_per_retained_customer,
  cumulative_revenue,
  cumulative_retained
from filled

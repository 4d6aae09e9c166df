-- mart.metric_customer_segments: customers and counted value of each segment.
with segments as (
  select
    customer_segment,
    count(*) as customers,
    cast(sum(lifetime_value) as decimal(18, 2)) as lifetime_value
  from mart.mart_dim_customers
  group by customer_segment
),
totals as (
  select *, sum(lifetime_value) over () as all_value
  from segments
)
select
  customer_segment,
  customers,
  lifetime_value,
  metric(segment_share) as value_share
from totals

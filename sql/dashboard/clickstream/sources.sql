-- Products paid by source, and the sessions that bought. Sessions are summed by hour.
with paid as (
  select coalesce(utm_source, 'direct') as source, cast(sum(sm) as bigint) as products
  from mart.click_conversion_rates_hourly
  where date_part >= cast($first as timestamp) and date_part < cast($last as timestamp) + interval 1 day
  group by all
),
visits as (
  select
    coalesce(utm_source, 'direct') as source,
    cast(sum(sessions) as bigint) as sessions,
    cast(sum(buying_sessions) as bigint) as buying_sessions
  from mart.source_conversion_rate_hourly
  where date_part >= cast($first as timestamp) and date_part < cast($last as timestamp) + interval 1 day
  group by all
)
select
  v.source,
  coalesce(p.products, 0) as products,
  coalesce(p.products, 0) / nullif(sum(coalesce(p.products, 0)) over (), 0) as share,
  v.sessions,
  v.buying_sessions,
  v.buying_sessions / nullif(v.sessions, 0) as rate
from visits as v
left join paid as p on p.source = v.source
order by products desc, v.source

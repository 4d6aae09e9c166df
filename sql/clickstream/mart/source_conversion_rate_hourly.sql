-- mart.source_conversion_rate_hourly: sessions with an event in the hour, and those of them that pay for a product in it.
with seen as (
  select distinct session_id, date_trunc('hour', event_timestamp) as date_part
  from stage.events
  where date_trunc('hour', event_timestamp) in (select partition_value from changed_partitions)
),
bought as (
  select distinct session_id, date_trunc('hour', event_timestamp) as date_part
  from stage.purchases
  where product_count >= 1
)
select
  c.utm_source,
  s.date_part,
  count(*) as sessions,
  count(b.session_id) as buying_sessions,
  count(b.session_id) / count(*) as rate
from seen as s
inner join stage.conversion as c on c.session_id = s.session_id
left join bought as b on b.session_id = s.session_id and b.date_part = s.date_part
group by all

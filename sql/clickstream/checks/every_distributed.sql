-- mart.events_distribution_hourly: hours built whose counts do not add up to their transitions with a device.
with counted as (
  select date_part, sum(cnt) as events
  from mart.events_distribution_hourly
  group by date_part
),
told as (
  select date_trunc('hour', event_timestamp) as date_part, count(*) as events
  from stage.transitions
  where session_id in (select session_id from stage.devices)
  group by all
)
select p.partition_value as date_part, c.events as counted, t.events as transitions
from changed_partitions as p
left join counted as c on c.date_part = p.partition_value
left join told as t on t.date_part = p.partition_value
where c.events is distinct from t.events

-- raw.device_events: the rows of each hour, from its newest batch.
-- Rule: there is one row per event, so equal rows are no duplicates.
with newest as (
  select cast(from_key ->> 'load_hour' as timestamp) as load_hour, max_by(batch_id, load_ts) as batch_id
  from mart_batches
  where source = 'device_events' and (loaded > 0 or records = 0)
  group by from_key ->> 'load_hour'
)
select
  s.click_id,
  s.os,
  s.os_name,
  s.os_timezone,
  s.device_type,
  s.device_is_mobile,
  s.user_custom_id,
  s.user_domain_id,
  s.source_file,
  s.load_hour
from batch.device_events as s
inner join newest as n on n.batch_id = s.batch_id
where s.load_hour in (select partition_value from changed_partitions)

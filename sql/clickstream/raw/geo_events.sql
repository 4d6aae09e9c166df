-- raw.geo_events: the rows of each hour, from its newest batch.
-- Rule: there is one row per event, so equal rows are no duplicates.
with newest as (
  select cast(from_key ->> 'load_hour' as timestamp) as load_hour, max_by(batch_id, load_ts) as batch_id
  from mart_batches
  where source = 'geo_events' and (loaded > 0 or records = 0)
  group by from_key ->> 'load_hour'
)
select
  s.click_id,
  s.geo_latitude,
  s.geo_longitude,
  s.geo_country,
  s.geo_timezone,
  s.geo_region_name,
  s.ip_address,
  s.source_file,
  s.load_hour
from batch.geo_events as s
inner join newest as n on n.batch_id = s.batch_id
where s.load_hour in (select partition_value from changed_partitions)

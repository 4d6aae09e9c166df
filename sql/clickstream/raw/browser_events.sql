-- raw.browser_events: the events of each hour, from its newest batch.
-- Rule: an event counts once: in its latest hour, there its first line.
with newest as (
  select cast(from_key ->> 'load_hour' as timestamp) as load_hour, max_by(batch_id, load_ts) as batch_id
  from mart_batches
  where source = 'browser_events' and (loaded > 0 or records = 0)
  group by from_key ->> 'load_hour'
),
delivered as (
  select s.*
  from batch.browser_events as s
  inner join newest as n on n.batch_id = s.batch_id
),
later as (
  select event_id, max(load_hour) as load_hour
  from delivered
  where load_hour > (select min(partition_value) from changed_partitions)
  group by event_id
)
select
  d.event_id,
  d.event_timestamp,
  d.event_type,
  d.click_id,
  d.browser_name,
  d.browser_user_agent,
  d.browser_language,
  d.source_file,
  d.load_hour
from delivered as d
left join later as l on l.event_id = d.event_id and l.load_hour > d.load_hour
where d.load_hour in (select partition_value from changed_partitions) and l.event_id is null
qualify row_number() over (partition by d.load_hour, d.event_id order by d.row_no) = 1

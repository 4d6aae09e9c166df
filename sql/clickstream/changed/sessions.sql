-- The sessions that new batches touch: those of all rows which any batch of their hours brings or brought.
-- Rule: an event may be told by several hours, also as one of another session: these sessions are touched too.
with hours as (
  select source, cast(from_key ->> 'load_hour' as timestamp) as load_hour
  from new_batches
),
events as (
  select event_id
  from batch.browser_events
  where load_hour in (select load_hour from hours where source = 'browser_events')
  union
  select event_id
  from batch.location_events
  where load_hour in (select load_hour from hours where source = 'location_events')
)
select click_id as session_id
from batch.browser_events
where event_id in (select event_id from events)
union
select click_id
from batch.device_events
where load_hour in (select load_hour from hours where source = 'device_events')
union
select click_id
from batch.geo_events
where load_hour in (select load_hour from hours where source = 'geo_events')

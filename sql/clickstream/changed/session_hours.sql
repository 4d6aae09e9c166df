-- The hours in which a session has, or had in any batch, an event, of all sessions that new batches touch.
-- Rule: the touched sessions are those of clickstream/changed/sessions.sql.
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
),
sessions as (
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
)
select distinct date_trunc('hour', event_timestamp) as touched
from batch.browser_events
where click_id in (select session_id from sessions)

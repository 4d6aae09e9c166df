-- The hours of raw.location_events that new batches touch: their own, and those that hold one of the events
-- which any batch of these hours brings or brought.
with hours as (
  select cast(from_key ->> 'load_hour' as timestamp) as load_hour
  from new_batches
),
events as (
  select event_id
  from batch.location_events
  where load_hour in (select load_hour from hours)
)
select load_hour from hours
union
select load_hour
from batch.location_events
where event_id in (select event_id from events)

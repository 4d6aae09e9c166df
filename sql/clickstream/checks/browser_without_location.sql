-- stage.transitions: events that no location belongs to, so that they are in no transition.
select event_id, load_hour, source_file
from raw.browser_events
where event_id not in (select event_id from raw.location_events)

-- stage.transitions: locations that no event of the browser belongs to.
select event_id, load_hour, source_file
from raw.location_events
where event_id not in (select event_id from raw.browser_events)

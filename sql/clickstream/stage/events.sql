-- stage.events: the events of a session; raw.browser_events has each once.
select click_id as session_id, event_id, event_timestamp, browser_name
from raw.browser_events
where click_id in (select session_id from changed_keys)

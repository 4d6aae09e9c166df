-- stage.transitions: the pages of a session: events of the browser that have a location.
select
  b.event_id,
  b.click_id as session_id,
  l.page_url,
  b.browser_name,
  l.page_url_path,
  b.event_timestamp
from raw.browser_events as b
inner join raw.location_events as l on l.event_id = b.event_id
where b.click_id in (select session_id from changed_keys)

-- stage.conversion: from where a session came.
-- Rule: what its earliest event with a location tells; of several at one instant that of the smallest event_id.
select
  b.click_id as session_id,
  l.referer_url,
  l.referer_medium,
  l.utm_medium,
  l.utm_source,
  l.utm_content,
  l.utm_campaign
from raw.browser_events as b
inner join raw.location_events as l on l.event_id = b.event_id
where b.click_id in (select session_id from changed_keys)
qualify row_number() over (partition by b.click_id order by b.event_timestamp, b.event_id) = 1

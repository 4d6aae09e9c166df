-- stage.transitions: sessions built that have not as many rows as distinct events with a location.
with told as (
  select click_id as session_id, count(distinct event_id) as events
  from raw.browser_events
  where
    click_id in (select session_id from changed_keys)
    and event_id in (select event_id from raw.location_events)
  group by click_id
),
built as (
  select session_id, count(*) as events
  from stage.transitions
  where session_id in (select session_id from changed_keys)
  group by session_id
)
select coalesce(t.session_id, b.session_id) as session_id, t.events as events, b.events as transitions
from told as t
full outer join built as b on b.session_id = t.session_id
where t.events is distinct from b.events

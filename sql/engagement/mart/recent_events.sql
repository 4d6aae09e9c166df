-- mart.recent_events: the events of one load whose event_date lies in the window before it.
-- Rule: event_date later than etl_date - window_days; no upper bound.
select
  t.event,
  t.timestamp,
  t.user_id,
  t.platform,
  t.hashtag_count,
  t.event_date,
  t.etl_date,
  t.user_bucket
from mart.events as t
where t.etl_date = $etl_date and t.event_date > $etl_date - $window_days

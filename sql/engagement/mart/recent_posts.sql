-- mart.recent_posts: the posts of one load whose event_date lies in the window before it.
-- Rule: event_date later than etl_date - window_days; no upper bound.
select
  t.id,
  t.active,
  t.delivered,
  t.media_id,
  t.media_item_id,
  t.posted_at,
  t.scheduled_at,
  t.social_profile_id,
  t.user_id,
  t.type,
  t.event_date,
  t.etl_date,
  t.user_bucket
from mart.posts as t
where t.etl_date = $etl_date and t.event_date > $etl_date - $window_days

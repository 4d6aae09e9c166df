-- mart.events_per_user: how far a user relied on the recommendation engine in the window.
-- Rule: 0, not NULL, if the user has events of the other kind only.
select
  e.user_id,
  cast(
    coalesce(sum(case when e.event = 'suggested_hashtags_inserted' then e.hashtag_count end), 0)
    as bigint
  ) as suggested_hashtags_count,
  count(case when e.event = 'scheduled_at_best_time' then 1 end) as suggested_time_count
from mart.recent_events($etl_date, window_days := $window_days) as e
group by e.user_id

-- mart.user_report: one row per user that any of the three streams knows in the window.
-- Rule: the full outer join of three tables with one row per user each; a missing side stays NULL.
-- Written as a union, for a full join cannot be computed for many loads at once.
with sides as (
  select
    t.user_id,
    t.total_revenue as total_revenue,
    t.currency as currency,
    cast(null as bigint) as total_posts,
    cast(null as double) as average_schedule_seconds,
    cast(null as bigint) as total_twitter_post,
    cast(null as bigint) as total_facebook_post,
    cast(null as bigint) as total_pinterest_post,
    cast(null as bigint) as total_instagram_post,
    cast(null as bigint) as total_instagram_story,
    cast(null as bigint) as total_linkedin_post,
    cast(null as bigint) as total_tiktok_post,
    cast(null as bigint) as suggested_hashtags_count,
    cast(null as bigint) as suggested_time_count
  from mart.payments_per_user($etl_date, window_days := $window_days) as t
  union all
  select
    t.user_id,
    cast(null as decimal(22, 2)) as total_revenue,
    cast(null as varchar) as currency,
    t.total_posts as total_posts,
    t.average_schedule_seconds as average_schedule_seconds,
    t.total_twitter_post as total_twitter_post,
    t.total_facebook_post as total_facebook_post,
    t.total_pinterest_post as total_pinterest_post,
    t.total_instagram_post as total_instagram_post,
    t.total_instagram_story as total_instagram_story,
    t.total_linkedin_post as total_linkedin_post,
    t.total_tiktok_post as total_tiktok_post,
    cast(null as bigint) as suggested_hashtags_count,
    cast(null as bigint) as suggested_time_count
  from mart.posts_per_user($etl_date, window_days := $window_days) as t
  union all
  select
    t.user_id,
    cast(null as decimal(22, 2)) as total_revenue,
    cast(null as varchar) as currency,
    cast(null as bigint) as total_posts,
    cast(null as double) as average_schedule_seconds,
    cast(null as bigint) as total_twitter_post,
    cast(null as bigint) as total_facebook_post,
    cast(null as bigint) as total_pinterest_post,
    cast(null as bigint) as total_instagram_post,
    cast(null as bigint) as total_instagram_story,
    cast(null as bigint) as total_linkedin_post,
    cast(null as bigint) as total_tiktok_post,
    t.suggested_hashtags_count as suggested_hashtags_count,
    t.suggested_time_count as suggested_time_count
  from mart.events_per_user($etl_date, window_days := $window_days) as t
)
select
  s.user_id,
  max(s.total_revenue) as total_revenue,
  max(s.currency) as currency,
  max(s.total_posts) as total_posts,
  max(s.average_schedule_seconds) as average_schedule_seconds,
  max(s.total_twitter_post) as total_twitter_post,
  max(s.total_facebook_post) as total_facebook_post,
  max(s.total_pinterest_post) as total_pinterest_post,
  max(s.total_instagram_post) as total_instagram_post,
  max(s.total_instagram_story) as total_instagram_story,
  max(s.total_linkedin_post) as total_linkedin_post,
  max(s.total_tiktok_post) as total_tiktok_post,
  max(s.suggested_hashtags_count) as suggested_hashtags_count,
  max(s.suggested_time_count) as suggested_time_count
from sides as s
group by s.user_id

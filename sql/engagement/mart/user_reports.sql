-- mart.user_reports: the report of every load, with the window that mart.user_report has by default.
select
  p.partition_value as etl_date,
  r.user_id,
  r.total_revenue,
  r.currency,
  r.total_posts,
  r.average_schedule_seconds,
  r.total_twitter_post,
  r.total_facebook_post,
  r.total_pinterest_post,
  r.total_instagram_post,
  r.total_instagram_story,
  r.total_linkedin_post,
  r.total_tiktok_post,
  r.suggested_hashtags_count,
  r.suggested_time_count
from changed_partitions as p
cross join mart.user_report(p.partition_value) as r

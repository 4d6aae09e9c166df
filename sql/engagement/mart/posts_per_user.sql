-- mart.posts_per_user: how many posts a user has in the window, by type, and how late they were posted.
-- Rule: every row counts, also inactive and undelivered ones; a post without a schedule has no delay.
-- The mean is one division of whole numbers: the double that is nearest to it.
select
  p.user_id,
  count(*) as total_posts,
  cast(sum(date_diff('microsecond', p.scheduled_at, p.posted_at)) as double precision)
  / (count(p.scheduled_at) * 1000000) as average_schedule_seconds,
  count(case when p.type = 'TwitterPost' then 1 end) as total_twitter_post,
  count(case when p.type = 'FacebookPost' then 1 end) as total_facebook_post,
  count(case when p.type = 'PinterestPost' then 1 end) as total_pinterest_post,
  count(case when p.type = 'InstagramPost' then 1 end) as total_instagram_post,
  count(case when p.type = 'InstagramStory' then 1 end) as total_instagram_story,
  count(case when p.type = 'LinkedinPost' then 1 end) as total_linkedin_post,
  count(case when p.type = 'TikTokPost' then 1 end) as total_tiktok_post
from mart.recent_posts($etl_date, window_days := $window_days) as p
group by p.user_id

-- mart.posts_per_user_platform: which networks a user posts to, and their share of the user's posts.
-- Rule: the platform is the type without its ending Post; stories are a platform of their own.
with counted as (
  select p.user_id, regexp_replace(p.type, 'Post$', '') as platform, count(*) as posts
  from mart.recent_posts($etl_date, window_days := $window_days) as p
  group by p.user_id, regexp_replace(p.type, 'Post$', '')
)
select
  c.user_id,
  c.platform,
  c.posts,
  cast(c.posts as double) / sum(c.posts) over (partition by c.user_id) as share
from counted as c

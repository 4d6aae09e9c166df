-- mart.user_reports: users whose counts by type are not their posts of known types.
with known as (
  select l.etl_date, p.user_id, count(*) as posts
  from (select distinct etl_date from mart.user_reports) as l
  cross join mart.recent_posts(l.etl_date) as p
  where p.type in (
    'TwitterPost', 'FacebookPost', 'PinterestPost', 'InstagramPost', 'InstagramStory',
    'LinkedinPost', 'TikTokPost'
  )
  group by l.etl_date, p.user_id
)
select r.etl_date, r.user_id, r.total_posts, k.posts as of_known_types
from mart.user_reports as r
left join known as k on k.etl_date = r.etl_date and k.user_id = r.user_id
where r.total_posts is not null
  and r.total_twitter_post + r.total_facebook_post + r.total_pinterest_post
  + r.total_instagram_post + r.total_instagram_story + r.total_linkedin_post
  + r.total_tiktok_post <> coalesce(k.posts, 0)

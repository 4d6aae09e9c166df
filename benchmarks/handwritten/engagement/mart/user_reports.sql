-- mart.user_reports: the report of one load, of the 90 days before it.
insert into mart.user_reports
with paid as (
  select user_id, cast(round(sum(total), 2) as decimal(22, 2)) as revenue, min(currency) as currency
  from mart.payments
  where etl_date = getvariable('etl_date') and event_date > getvariable('etl_date') - 90
  group by user_id
),
posted as (
  select
    user_id, count(*) as posts,
    -- Divided once: avg() / 1000000 rounds twice, and of 25 s in 3 posts makes 8.333333333333332.
    sum(date_diff('microsecond', scheduled_at, posted_at))::double
      / (count(scheduled_at) * 1000000) as delay,
    count(*) filter (type = 'TwitterPost') as c0,
    count(*) filter (type = 'FacebookPost') as c1,
    count(*) filter (type = 'PinterestPost') as c2,
    count(*) filter (type = 'InstagramPost') as c3,
    count(*) filter (type = 'InstagramStory') as c4,
    count(*) filter (type = 'LinkedinPost') as c5,
    count(*) filter (type = 'TikTokPost') as c6
  from mart.posts
  where etl_date = getvariable('etl_date') and event_date > getvariable('etl_date') - 90
  group by user_id
),
recommended as (
  select
    user_id,
    coalesce(sum(hashtag_count) filter (event = 'suggested_hashtags_inserted'), 0) as hashtags,
    count(*) filter (event = 'scheduled_at_best_time') as times
  from mart.events
  where etl_date = getvariable('etl_date') and event_date > getvariable('etl_date') - 90
  group by user_id
)
select
  getvariable('etl_date'), user_id, revenue, currency, posts, delay, c0, c1, c2, c3, c4, c5, c6,
  hashtags, times
from paid
full join posted using (user_id)
full join recommended using (user_id);

-- mart.posts: the rows of one batch, in their buckets.
insert into mart.posts
select
  s.id, s.active, s.delivered, s.media_id, s.media_item_id, s.posted_at, s.scheduled_at,
  s.social_profile_id, s.user_id, s.type,
  cast(least(s.posted_at, coalesce(s.scheduled_at, s.posted_at)) as date), s.etl_date,
  cast('0x' || substr(md5(s.user_id), 1, 8) as bigint) % 45 as user_bucket
from stage.posts as s
where s.batch_id = getvariable('batch_id')
order by user_bucket, s.user_id;

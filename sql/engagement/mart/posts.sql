-- mart.posts: posts, delivered or not, by the date of their load.
-- Rule: of an etl_date the newest batch counts, as a whole. event_date is the date of the earlier of posted_at and scheduled_at.
-- user_bucket: the first 8 hexadecimal digits of md5(user_id) as a number, modulo the number of buckets.
with newest as (
  select cast(from_key ->> 'etl_date' as date) as etl_date, max_by(batch_id, load_ts) as batch_id
  from mart_batches
  where source = 'posts' and (loaded > 0 or records = 0)
  group by from_key ->> 'etl_date'
)
select
  s.id,
  s.active,
  s.delivered,
  s.media_id,
  s.media_item_id,
  s.posted_at,
  s.scheduled_at,
  s.social_profile_id,
  s.user_id,
  s.type,
  cast(least(s.posted_at, coalesce(s.scheduled_at, s.posted_at)) as date) as event_date,
  s.etl_date,
  cast('0x' || substr(md5(s.user_id), 1, 8) as bigint) % z.buckets as user_bucket
from stage.posts as s
inner join newest as n on n.batch_id = s.batch_id
cross join mart.sizing as z
where n.etl_date in (select partition_value from changed_partitions)

-- mart.events: the rows of one batch, in their buckets.
insert into mart.events
select
  s.event, s."timestamp", s.user_id, s.platform, s.hashtag_count,
  cast(s.timestamp as date), s.etl_date,
  cast('0x' || substr(md5(s.user_id), 1, 8) as bigint) % 45 as user_bucket
from stage.events as s
where s.batch_id = getvariable('batch_id')
order by user_bucket, s.user_id;

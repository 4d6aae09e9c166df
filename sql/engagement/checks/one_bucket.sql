-- mart.events, mart.payments, mart.posts: users with several buckets, or one that there is not.
with buckets as (
  select user_id, user_bucket from mart.events
  union
  select user_id, user_bucket from mart.payments
  union
  select user_id, user_bucket from mart.posts
)
select b.user_id, min(b.user_bucket) as smallest, max(b.user_bucket) as largest
from buckets as b
cross join mart.sizing as z
group by b.user_id
having count(*) > 1 or min(b.user_bucket) < 0 or max(b.user_bucket) >= max(z.buckets)

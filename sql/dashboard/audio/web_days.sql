-- Page views of each day: by users, and anonymous.
select
  date as day,
  cast(sum(views) as bigint) as views,
  cast(sum(anonymous_views) as bigint) as anonymous,
  cast(sum(views) - sum(anonymous_views) as bigint) as by_users,
  cast(sum(error_views) as bigint) as errors,
  sum(error_views) / nullif(sum(views), 0) as error_rate
from mart.mart_web_activity_daily
where date between $first and $last
  and (len(cast($pages as varchar[])) = 0 or list_contains(cast($pages as varchar[]), page))
group by all
order by day

-- Views of each page. Sessions are summed by day: one of two days counts in both.
select
  page,
  cast(sum(views) as bigint) as views,
  cast(sum(uniq_sessions) as bigint) as daily_sessions,
  sum(anonymous_views) / nullif(sum(views), 0) as anonymous_share,
  sum(error_views) / nullif(sum(views), 0) as error_rate
from mart.mart_web_activity_daily
where date between $first and $last
  and (len(cast($pages as varchar[])) = 0 or list_contains(cast($pages as varchar[]), page))
group by all
order by views desc, page

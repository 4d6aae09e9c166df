-- Posts of each week and network.
select
  cast(date_trunc('week', event_date) as date) as week,
  regexp_replace(type, 'Post$', '') as network,
  count(*) as posts
from mart.recent_posts(cast($load as date), window_days := cast($window as integer))
group by all
order by week, network

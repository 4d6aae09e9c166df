-- Posts of each week and network. Rule: weeks begin on Sunday, as in the chart.
select
  cast(date_trunc('week', event_date + 1) as date) - 1 as week,
  regexp_replace(type, 'Post$', '') as network,
  count(*) as posts
from mart.recent_posts(cast($load as date), window_days := cast($window as integer))
group by all
order by week, network

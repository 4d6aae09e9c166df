-- Posts and users of each network.
select
  platform as network,
  cast(sum(posts) as bigint) as posts,
  count(*) as users,
  sum(posts) / sum(sum(posts)) over () as share
from mart.posts_per_user_platform(cast($load as date), window_days := cast($window as integer))
group by all
order by posts desc, network

-- Users by the kinds of recommendation that they use, and what they pay and post on average.
select
  case
    when coalesce(suggested_hashtags_count, 0) > 0 and coalesce(suggested_time_count, 0) > 0 then 'Both'
    when coalesce(suggested_hashtags_count, 0) > 0 then 'Hashtags only'
    when coalesce(suggested_time_count, 0) > 0 then 'Best time only'
    else 'None'
  end as kinds,
  count(*) as users,
  avg(total_revenue) as revenue_per_paying_user,
  avg(total_posts) as posts_per_posting_user
from mart.user_report(cast($load as date), window_days := cast($window as integer))
group by all
order by users desc, kinds

-- Paying users by revenue in the window; labels are short, so that the axis shows every one.
select
  case
    when total_revenue <= 0 then '0'
    when total_revenue < 50 then '< 50'
    when total_revenue < 200 then '< 200'
    when total_revenue < 500 then '< 500'
    when total_revenue < 1000 then '< 1,000'
    when total_revenue < 2000 then '< 2,000'
    else '2,000+'
  end as band,
  count(*) as users,
  sum(total_revenue) as revenue,
  min(total_revenue) as least
from mart.user_report(cast($load as date), window_days := cast($window as integer))
where total_revenue is not null
group by all
order by least

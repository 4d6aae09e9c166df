-- Paying users by revenue in the window.
select
  case
    when total_revenue <= 0 then '0'
    when total_revenue < 20 then 'below 20'
    when total_revenue < 50 then '20-49'
    when total_revenue < 100 then '50-99'
    when total_revenue < 200 then '100-199'
    else '200 and more'
  end as band,
  count(*) as users,
  sum(total_revenue) as revenue,
  min(total_revenue) as least
from mart.user_report(cast($load as date), window_days := cast($window as integer))
where total_revenue is not null
group by all
order by least

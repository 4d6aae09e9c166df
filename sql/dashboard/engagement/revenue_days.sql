-- Revenue and paying users of each day of the window.
select event_date as day, cast(sum(total) as decimal(22, 2)) as revenue, count(distinct user_id) as users
from mart.recent_payments(cast($load as date), window_days := cast($window as integer))
group by all
order by day

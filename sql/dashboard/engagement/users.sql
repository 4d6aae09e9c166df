-- The report of the $top users with most revenue among those whose id contains the search.
select *
from mart.user_report(cast($load as date), window_days := cast($window as integer))
where contains(user_id, $search)
order by total_revenue desc nulls last, user_id
limit $top

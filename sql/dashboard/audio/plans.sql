-- Plan changes of each day, and paid users at its end.
select date as day, upgrades, downgrades, paid_users
from mart.mart_plan_changes_daily
where date between $first and $last
order by day

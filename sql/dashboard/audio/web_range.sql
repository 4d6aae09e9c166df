-- First and last day with page views or plan changes.
select min(date) as first, max(date) as last, count(distinct date) as days
from (
  select date from mart.mart_web_activity_daily
  union all
  select date from mart.mart_plan_changes_daily
)

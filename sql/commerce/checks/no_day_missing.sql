-- mart.fct_daily_sales: days that follow another one by more than a day; and a last day before as-of.
with days as (
  select date_key, lead(date_key) over (order by date_key) as next_day
  from mart.fct_daily_sales
)
select d.date_key, d.next_day
from days as d
cross join core.as_of as a
where d.next_day <> d.date_key + 1 or (d.next_day is null and d.date_key <> a.as_of)

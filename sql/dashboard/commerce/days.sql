-- Sales of each day, and the mean of it and the six days before.
-- Rule: the mean is taken before the filter; within the first six days it has fewer.
with means as (
  select
    date_key as day,
    total_sales_amount as sales,
    orders_count as orders,
    avg(total_sales_amount) over (order by date_key rows between 6 preceding and current row) as mean
  from mart.fct_daily_sales
)
select day, sales, orders, mean
from means
where day between $first and $last
order by day

-- Dates of loads, newest first.
select distinct strftime(etl_date, '%Y-%m-%d') as load
from mart.user_reports
order by load desc

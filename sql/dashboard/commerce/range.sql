-- First and last day of the series.
select min(date_key) as first, max(date_key) as last from mart.fct_daily_sales

-- core.dim_date: every day from the first to the last of the settings, both inclusive.
with days as (
  select cast(unnest(generate_series(s.first_date, s.last_date, interval 1 day)) as date) as date_key
  from core.settings as s
)
select
  d.date_key,
  year(d.date_key) as year,
  quarter(d.date_key) as quarter,
  'Q' || quarter(d.date_key) as quarter_name,
  month(d.date_key) as month,
  monthname(d.date_key) as month_name,
  strftime(d.date_key, '%Y-%m') as year_month,
  weekofyear(d.date_key) as week_of_year,
  day(d.date_key) as day_of_month,
  dayofweek(d.date_key) as day_of_week,
  dayname(d.date_key) as day_name,
  dayofyear(d.date_key) as day_of_year,
  dayofweek(d.date_key) in (0, 6) as is_weekend
from days as d

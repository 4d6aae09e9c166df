-- core.dim_date: days of the settings' range that are missing, and others that are there.
with wanted as (
  select cast(unnest(generate_series(s.first_date, s.last_date, interval 1 day)) as date) as date_key
  from core.settings as s
)
select coalesce(w.date_key, d.date_key) as date_key
from wanted as w
full outer join core.dim_date as d on d.date_key = w.date_key
where w.date_key is null or d.date_key is null

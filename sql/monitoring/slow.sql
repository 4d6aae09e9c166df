-- {{ layer }}.model_runs: models whose last success took more than three times the median of the ten
-- before it, and a second at least.
with done as (
  select
    model,
    run_id,
    seconds,
    row_number() over (partition by model order by started_at desc) as place
  from {{ layer | q }}.model_runs
  where status = 'success'
),
usual as (
  select model, median(seconds) as median_seconds
  from done
  where place between 2 and 11
  group by model
)
select d.model, d.run_id, d.seconds, u.median_seconds
from done as d
inner join usual as u on u.model = d.model
where d.place = 1 and d.seconds > 3 * u.median_seconds and d.seconds >= 1

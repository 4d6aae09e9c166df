-- {{ layer }}.model_performance: how long each model takes.
-- Rule: seconds are those of successes; quantiles are interpolated: of 2, 4, 9 the median is 4, p95 8.5.
select
  model,
  count(*) as runs,
  count(*) filter (status = 'failure') as failures,
  median(seconds) filter (status = 'success') as median_seconds,
  quantile_cont(seconds, 0.95) filter (status = 'success') as p95_seconds,
  max_by(seconds, started_at) filter (status = 'success') as last_seconds,
  max(started_at) as last_started_at
from {{ layer | q }}.model_runs
group by model

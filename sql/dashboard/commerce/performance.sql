-- How long each model takes, the slowest first.
select model, runs, failures, median_seconds, p95_seconds, last_seconds, last_started_at
from mart.model_performance
where contains(model, $search)
order by median_seconds desc nulls last, model

-- The newest runs of models.
select model, "partition", started_at, seconds, rows_in, rows_out, status, error
from mart.model_runs
where contains(model, $search)
order by started_at desc, model
limit 500

-- {{ plan.table.label }}: the record that it has applied the pending batches.
insert into registry.applied by name
select
  {{ plan.table.label | lit }} as table_name,
  *,
  $run_id as run_id,
  cast($applied_at as timestamp) as applied_at
from outcomes
order by load_ts

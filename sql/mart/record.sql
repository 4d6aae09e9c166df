-- {{ label }}: the record of the batches that it has consumed, in the transaction of its rows.
insert into registry.applied by name
select
  {{ label | lit }} as table_name,
  source as stage,
  batch_id,
  load_ts,
  $run_id as run_id,
  0 as rows_in,
  0 as inserted,
  0 as unchanged,
  0 as duplicate,
  0 as quarantined,
  cast($applied_at as timestamp) as applied_at,
  built_from as note
from mart_batches
where is_new

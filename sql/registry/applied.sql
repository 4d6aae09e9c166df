-- The record that a table has applied a batch: written in the transaction of its rows.
insert into registry.applied by name
select
  $table_name as table_name,
  $stage as stage,
  $batch_id as batch_id,
  cast($load_ts as timestamp) as load_ts,
  $run_id as run_id,
  $rows_in as rows_in,
  $inserted as inserted,
  $unchanged as unchanged,
  $duplicate as duplicate,
  $quarantined as quarantined,
  cast($applied_at as timestamp) as applied_at,
  $note as note

-- The newest batches, with what became of the records of their files.
with last_failures as (
  select batch_id, max_by(status, failed_at) as status, max_by(reason, failed_at) as reason
  from registry.failures
  group by batch_id
)
select
  b.batch_id,
  b.source,
  b.object_key,
  b.size,
  b.load_ts,
  case when a.batch_id is not null then 'staged' else coalesce(f.status, 'registered') end as status,
  a.rows_in as records,
  a.inserted as loaded,
  a.quarantined,
  b.duplicate_of,
  b.parent_batch_id,
  p.approved_by,
  p.approved_at,
  p.reason as approved_for,
  case when a.batch_id is null then f.reason end as problem
from registry.batches as b
left join registry.applied as a
  on a.table_name = $stage_layer || '.' || b.source and a.batch_id = b.batch_id
left join last_failures as f on f.batch_id = b.batch_id
left join registry.approvals as p on p.batch_id = b.batch_id
where $source is null or b.source = $source
order by b.load_ts desc
limit $limit

-- Each source: its batches, those given up, and the rows of its stage.
select
  b.source,
  count(*) as batches,
  count(*) filter (
    where a.batch_id is null
    and b.batch_id in (select batch_id from registry.failures where status <> 'failed')
  ) as given_up,
  cast(coalesce(sum(a.inserted), 0) as bigint) as rows,
  max(a.applied_at) as last_load
from registry.batches as b
left join registry.applied as a
  on a.table_name = $stage_layer || '.' || b.source and a.batch_id = b.batch_id
group by b.source

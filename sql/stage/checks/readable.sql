-- The object could be read as a file of its source.
-- error
select batch_id, status, reason
from registry.failures
where list_contains($batches, batch_id) and status in ('rejected', 'missing')
union all
select batch_id, 'header' as status, json_extract_string(note, '$.header') as reason
from registry.applied
where
  table_name = {{ plan.table.label | lit }}
  and list_contains($batches, batch_id)
  and json_extract_string(note, '$.header') is not null

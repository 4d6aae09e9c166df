-- The file has no columns that the source does not declare.
-- warn
select batch_id, note
from registry.applied
where
  table_name = {{ plan.table.label | lit }}
  and list_contains($batches, batch_id)
  and note is not null

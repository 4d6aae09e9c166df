-- The file has no columns that the source does not declare.
-- warn
select batch_id, json_extract_string(note, '$.unknown_columns') as unknown_columns
from registry.applied
where
  table_name = {{ plan.table.label | lit }}
  and list_contains($batches, batch_id)
  and json_extract_string(note, '$.unknown_columns') is not null

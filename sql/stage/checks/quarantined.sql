-- No record of the file had to be quarantined.
-- warn
select batch_id, row_no, reason, detail, raw
from {{ plan.quarantine.sql }}
where table_name = {{ plan.table.label | lit }} and list_contains($batches, batch_id)
order by batch_id, row_no

-- {{ plan.quarantine.label }}: the records of one batch that are no rows, with the reason.
insert into {{ plan.quarantine.sql }} by name
select
  {{ batch | default("$batch_id") }} as batch_id,
  {{ plan.table.label | lit }} as table_name,
  row_no, raw, reason, column_name, detail
from {{ rejects }}

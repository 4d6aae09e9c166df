-- Every record of the file is a row or in quarantine with a reason.
-- blocking, error
select
  a.batch_id,
  a.rows_in as records,
  (
    select count(*) from {{ plan.table.sql }} as s
    where s.batch_id = a.batch_id and s.load_ts between $first and $last
  ) as loaded,
  (
    select count(*) from {{ plan.quarantine.sql }} as q
    where q.batch_id = a.batch_id and q.table_name = a.table_name and q.reason is not null
  ) as quarantined
from registry.applied as a
where
  a.table_name = {{ plan.table.label | lit }}
  and list_contains($batches, a.batch_id)
  and records <> loaded + quarantined

-- {{ plan.quarantine.label }}: rows of a batch that were refused and not released yet, each once.
-- Rule: orphans are left out, for they enter by themselves once their parent has arrived.
select
  row_no,
  raw,
  reason,
  detail,
  table_name <> {{ plan.table.label | lit }} as by_vault
from {{ plan.quarantine.sql }} as q
where
  batch_id = $batch_id
  and reason not like 'orphan:%'
  and not exists (
    select 1
    from {{ released.sql }} as r
    where r.parent_batch_id = q.batch_id and r.row_no = q.row_no
  )
qualify row_number() over (partition by row_no order by by_vault, table_name) = 1

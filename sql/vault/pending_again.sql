-- {{ plan.table.label }}: batches applied before, whose rows of affected keys are read again.
insert into pending
select t.stage, t.batch_id, t.load_ts, true as again
from applied_before as t
where
  t.table_name = {{ plan.table.label | lit }}
  and not exists (
    select 1 from pending as p where p.stage = t.stage and p.batch_id = t.batch_id
  )

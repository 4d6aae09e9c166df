-- {{ plan.table.label }}: whether a batch older than a pending one is not staged.
select count(*)
from registry.batches as b
where
  b.source in ({{ plan.bindings | map(attribute="stage.source") | map("lit") | join(", ") }})
  and b.load_ts < (select max(load_ts) from pending)
  and b.batch_id not in (
    select batch_id from applied_before where table_name in ({{ stages | map("lit") | join(", ") }})
  )

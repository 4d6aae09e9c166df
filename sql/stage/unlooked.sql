-- {{ plan.table.label }}: batches of the stages looked up that this batch should see, not staged.
select b.batch_id, b.source, b.object_key
from registry.batches as b
where
  b.source in ({{ sources | map("lit") | join(", ") }})
  and b.load_ts <= cast($load_ts as timestamp)
  and not exists (
    select 1
    from registry.applied as a
    where a.table_name = {{ (plan.table.layer ~ '.') | lit }} || b.source and a.batch_id = b.batch_id
  )
  and not exists (
    select 1
    from registry.failures as f
    where f.batch_id = b.batch_id and f.status in ('rejected', 'missing')
  )
order by b.load_ts
limit 1

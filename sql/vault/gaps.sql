-- {{ plan.table.label }}: what stands in the way of a history: a batch older than a pending one
-- that is not staged yet, or a pending batch older than one that is applied already.
with in_order as (
  select batch_id, load_ts from pending where not list_contains($replayed, batch_id)
)
select b.batch_id, b.object_key, 'is older and not staged: history must be in order' as problem
from registry.batches as b
where
  b.source in ({{ plan.bindings | map(attribute="stage.source") | map("lit") | join(", ") }})
  and b.load_ts < (select max(load_ts) from in_order)
  and not exists (
    select 1
    from applied_before as a
    where
      a.table_name in ({{ stages | map("lit") | join(", ") }})
      and a.batch_id = b.batch_id
  )
  and not exists (
    select 1
    from registry.failures as f
    where f.batch_id = b.batch_id and f.status in ('rejected', 'missing')
  )
union all
select b.batch_id, b.object_key, 'is older than batches that are applied already' as problem
from in_order as p
inner join registry.batches as b on b.batch_id = p.batch_id
where
  p.load_ts < (
    select max(t.load_ts)
    from applied_before as t
    where t.table_name = {{ plan.table.label | lit }}
  )
order by batch_id

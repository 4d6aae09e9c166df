-- Batches of a source to stage: registered, not staged and not given up; or asked for again.
select
  b.batch_id, b.source, b.kind, b.object_key, b.etag, b.size, b.modified, b.load_ts, b.duplicate_of
from registry.batches as b
where
  b.source = $source
  and (
    list_contains($replayed, b.batch_id)
    or (
      not exists (
        select 1
        from registry.applied as a
        where a.table_name = $stage and a.batch_id = b.batch_id
      )
      and not exists (
        select 1
        from registry.failures as f
        where f.batch_id = b.batch_id and f.status in ('rejected', 'missing')
      )
    )
  )
order by b.load_ts

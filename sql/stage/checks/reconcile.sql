-- Every record of the file is a row or in quarantine with a reason.
-- blocking, error
with loaded as (
  select batch_id, count(*) as row_count
  from {{ plan.table.sql }}
  where list_contains($batches, batch_id) and load_ts between $first and $last
  group by batch_id
),
quarantined as (
  select batch_id, count(*) as row_count
  from {{ plan.quarantine.sql }}
  where
    list_contains($batches, batch_id)
    and table_name = {{ plan.table.label | lit }}
    and reason is not null
  group by batch_id
)
select
  a.batch_id,
  a.rows_in as records,
  coalesce(l.row_count, 0) as loaded,
  coalesce(q.row_count, 0) as quarantined
from registry.applied as a
left join loaded as l on l.batch_id = a.batch_id
left join quarantined as q on q.batch_id = a.batch_id
where
  a.table_name = {{ plan.table.label | lit }}
  and list_contains($batches, a.batch_id)
  and a.rows_in <> coalesce(l.row_count, 0) + coalesce(q.row_count, 0)

-- Its snapshots are the active ones, each complete; one that waits for batches is missing.
-- warn
with active as (
  select snapshot_ts from {{ plan.snapshots.sql }} where is_active
),
recorded as (
  select snapshot_ts, row_count
  from {{ partitions.sql }}
  where table_name = {{ plan.table.label | lit }}
),
found as (
  select snapshot_ts, count(*) as row_count from {{ plan.table.sql }} group by snapshot_ts
)
select
  snapshot_ts,
  a.snapshot_ts is not null as is_active,
  r.snapshot_ts is not null as is_recorded,
  coalesce(f.row_count, 0) as rows_found
from active as a
full outer join recorded as r using (snapshot_ts)
full outer join found as f using (snapshot_ts)
where
  a.snapshot_ts is null
  or r.snapshot_ts is null
  or r.row_count <> coalesce(f.row_count, 0)

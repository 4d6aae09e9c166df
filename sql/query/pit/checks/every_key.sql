-- A snapshot has as many rows as there were keys to list.
-- blocking, error
with keys as (
  select load_ts, count(*) as keys
  from {{ plan.options.base.table.sql }}
  where batch_id <> 'ghost'
  group by load_ts
),
eligible as (
  select p.snapshot_ts, cast(coalesce(sum(k.keys), 0) as bigint) as eligible_keys
  from {{ partitions.sql }} as p
  left join keys as k on {{ "true" if plan.options.include_all else "k.load_ts <= p.snapshot_ts" }}
  where p.table_name = {{ plan.table.label | lit }} and {{ scope }}
  group by p.snapshot_ts
),
found as (
  select snapshot_ts, count(*) as rows_found
  from {{ plan.table.sql }}
  where {{ scope }}
  group by snapshot_ts
)
select e.snapshot_ts, e.eligible_keys, coalesce(f.rows_found, 0) as rows_found
from eligible as e
left join found as f on f.snapshot_ts = e.snapshot_ts
where e.eligible_keys <> coalesce(f.rows_found, 0)

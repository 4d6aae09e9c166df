-- {{ plan.table.label }}: the record of the snapshots that it holds, and what they were built from.
insert into {{ partitions.sql }} by name
with built (snapshot_ts, built_from) as (
  values
    {%- for state in states %}
    ({{ state.snapshot_ts | ts }}, {{ state.built_from | lit }}){{ "" if loop.last else "," }}
    {%- endfor %}
),
counted as (
  select snapshot_ts, count(*) as row_count
  from {{ plan.table.sql }}
  where {{ scope }}
  group by snapshot_ts
)
select
  {{ plan.table.label | lit }} as table_name,
  b.snapshot_ts,
  b.built_from,
  coalesce(c.row_count, 0) as row_count,
  $run_id as run_id,
  cast($built_at as timestamp) as built_at
from built as b
left join counted as c on c.snapshot_ts = b.snapshot_ts

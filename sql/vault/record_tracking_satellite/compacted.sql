-- {{ plan.table.label }}: one row for each run of batches among the rows older than $cutoff.
create or replace temp table compacted as
with old as (
  select *
  from {{ plan.table.sql }}
  where coalesce(until_ts, load_ts) < cast($cutoff as timestamp) and batch_id <> 'ghost'
),
{% set rows = "old" -%}
{% include "vault/record_tracking_satellite/runs.sql" %}
select
  {{ key }},
  min(load_ts) as load_ts,
  nullif(max(last_load_ts), min(load_ts)) as until_ts,
  arg_min(record_source, load_ts) as record_source,
  arg_min(batch_id, load_ts) as batch_id
from runs
group by {{ key }}, _run

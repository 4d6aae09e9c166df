-- The periods of a key's sets: [load_ts, load_end_ts), until the next set begins.
select
  {{ plan.table.columns | map(attribute="name") | list | cols }},
  coalesce(
    min(load_ts) over (
      partition by {{ key }} order by load_ts groups between 1 following and 1 following
    ),
    timestamp '9999-12-31 23:59:59.999999'
  ) as load_end_ts
from {{ rows }}
where batch_id <> 'ghost'

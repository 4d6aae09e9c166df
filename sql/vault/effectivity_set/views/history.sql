-- The periods of a key's rows: [load_ts, load_end_ts). Rows that the same batch replaced have none.
select
  {{ plan.table.columns | map(attribute="name") | list | cols }},
  lead(load_ts, 1, timestamp '9999-12-31 23:59:59.999999') over (
    partition by {{ key }} order by load_ts, load_seq
  ) as load_end_ts
from {{ rows }}
where batch_id <> 'ghost'

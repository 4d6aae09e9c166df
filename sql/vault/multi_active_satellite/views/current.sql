-- The last set of each key, with all its rows.
select {{ plan.table.columns | map(attribute="name") | list | cols }}
from {{ rows }}
where batch_id <> 'ghost'
qualify load_ts = max(load_ts) over (partition by {{ key }})

-- The last state of each relation, active or not.
select {{ plan.table.columns | map(attribute="name") | list | cols }}
from {{ rows }}
where batch_id <> 'ghost'
qualify row_number() over (partition by {{ key }} order by load_ts desc, load_seq desc) = 1

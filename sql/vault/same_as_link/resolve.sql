-- {{ plan.table.label }}: the pairs that are new, or that have another final master than before.
-- Rule: the last stated master of a duplicate is current; following them leads to the final one.
create or replace temp table resolved as
with recursive current_pairs as materialized (
  select _duplicate, arg_max(_master, _since) as _master from statements group by _duplicate
),
finals as (
  select c._duplicate, c._master
  from current_pairs as c
  where not exists (select 1 from current_pairs as m where m._duplicate = c._master)
  union all
  select c._duplicate, f._master
  from finals as f
  inner join current_pairs as c on c._master = f._duplicate
),
pairs as (
  select * from involved
  union all by name
  select
    {{ key }}, {{ duplicate }}, {{ master }} as {{ stated }},
    load_ts, record_source, cast(batch_id as varchar) as batch_id
  from decided
  where _outcome = 'inserted'
),
states as (
  select
    p.* exclude ({{ master }}, is_current),
    p.{{ master }} as _master_before,
    p.is_current as _was_current,
    coalesce(f._master, p.{{ stated }}) as {{ master }},
    c._duplicate is not null as is_current
  from pairs as p
  left join finals as f on f._duplicate = p.{{ stated }}
  left join current_pairs as c on c._duplicate = p.{{ duplicate }} and c._master = p.{{ stated }}
)
select {{ plan.table.columns | map(attribute="name") | list | cols }}
from states
where _master_before is distinct from {{ master }} or _was_current is distinct from is_current

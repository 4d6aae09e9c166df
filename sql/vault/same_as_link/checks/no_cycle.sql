-- Following the stated masters from any duplicate ends, at its stored master.
-- blocking, error
with recursive current_pairs as materialized (
  select
    {{ key }}, batch_id,
    {{ plan.options.duplicate | q }} as _duplicate,
    {{ plan.options.stated | q }} as _stated,
    {{ plan.options.master | q }} as _master
  from {{ plan.table.sql }}
  where
    is_current
    {%- if first is defined %}
    and {{ key }} in (select {{ key }} from involved union all select {{ key }} from resolved)
    {%- endif %}
),
finals as (
  select c._duplicate, c._stated as _master
  from current_pairs as c
  where not exists (select 1 from current_pairs as m where m._duplicate = c._stated)
  union all
  select c._duplicate, f._master
  from finals as f
  inner join current_pairs as c on c._stated = f._duplicate
)
select c.{{ key }}, c.batch_id
from current_pairs as c
left join finals as f on f._duplicate = c._duplicate
where f._master is distinct from c._master

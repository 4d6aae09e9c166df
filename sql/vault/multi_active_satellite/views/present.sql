-- The current rows of the keys that the last complete delivery has: the others are gone.
{%- set binding = plan.bindings[0] %}
with current_rows as (
  {% include "vault/multi_active_satellite/views/current.sql" %}
),
latest as (
  select arg_max(batch_id, load_ts) as batch_id
  from registry.applied
  where table_name = {{ plan.table.label | lit }}
)
select {{ plan.table.columns | map(attribute="name") | list | cols }}
from current_rows
where
  {{ key }} in (
    select s.{{ binding.column(plan.key) | q }}
    from {% include "vault/stage_rows.sql" %}
    inner join latest on latest.batch_id = s.batch_id
    where s.{{ binding.column(plan.key) | q }} is not null
  )

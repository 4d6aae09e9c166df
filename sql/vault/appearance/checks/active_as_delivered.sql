-- The active keys are those of the last snapshot.
-- blocking, error
with last_snapshot as (
  select max(load_ts) as load_ts
  from registry.applied
  where table_name = {{ plan.table.label | lit }}
),
delivered as (
  {%- for binding in plan.bindings %}
  select distinct s.{{ binding.column(plan.key) | q }} as {{ key }}
  from {% include "vault/stage_rows.sql" %}
  where
    s.load_ts = (select load_ts from last_snapshot)
    and s.{{ binding.column(plan.key) | q }} is not null
    and not exists (
      select 1
      from {{ binding.stage.quarantine.sql }} as q
      where
        q.table_name = {{ plan.table.label | lit }}
        and q.batch_id = s.batch_id
        and q.row_no = s.row_no
    )
  {%- endfor %}
),
active as (
  select {{ key }} from {% include "vault/appearance/active.sql" %}
)
select coalesce(a.{{ key }}, d.{{ key }}) as {{ key }}, a.{{ key }} is not null as is_active
from active as a
full outer join delivered as d on d.{{ key }} = a.{{ key }}
where a.{{ key }} is null or d.{{ key }} is null

{#- Events that were the earliest of their group, and are no longer. #}
{%- for number in plan.options.earliest %}
{%- set binding = plan.bindings[number] %}
union
select t.{{ plan.key | q }}
from {{ plan.table.sql }} as t
where
  t.{{ plan.key | q }} in (select {{ plan.key | q }} from {{ binding.stage.table.sql }})
  and t.{{ plan.key | q }} not in (
    select s.{{ plan.key | q }}
    from {% include "vault/stage_rows.sql" %}
    where s.{{ plan.key | q }} is not null
  )
{%- endfor %}

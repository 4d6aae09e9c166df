{#- Events that were the earliest of their group, and are no longer; and those of applied batches
    that are the earliest again, since a batch that is read anew has lost the one before them. #}
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
union
select s.{{ plan.key | q }}
from {% include "vault/stage_rows.sql" %}
where
  s.{{ plan.key | q }} is not null
  and s.batch_id not in (select batch_id from pending)
  and s.{{ plan.key | q }} not in (select {{ plan.key | q }} from {{ plan.table.sql }})
{%- endfor %}

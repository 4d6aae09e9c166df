{#- Known driving keys whose past changes: by an event that always counts, or an earlier first one. #}
{%- for binding in plan.bindings %}
{%- set unit = binding.unit %}
union
select distinct {{ unit | cols_as(plan.unit, "s") }}
from {% include "vault/stage_rows.sql" %}
inner join pending as p on p.stage = {{ binding.stage.source | lit }} and p.batch_id = s.batch_id
inner join (
  select {{ plan.unit | cols }}, min({{ plan.options.start | q }}) as _first
  from {{ plan.table.sql }}
  where batch_id <> 'ghost'
  group by {{ plan.unit | cols }}
) as t on ({{ plan.unit | cols("t") }}) = ({{ unit | cols("s") }})
{%- if loop.index0 in plan.options.only_first %}
where s.{{ binding.column(plan.options.start) | q }} <= t._first
{%- endif %}
{%- endfor %}

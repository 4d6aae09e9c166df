{%- for parent in plan.parents %}
parent_{{ loop.index0 }} as (
  select {{ parent.key | q }} as _key
  from {{ parent.table.sql }}
  where {{ parent.key | q }} in (select {{ parent.refers | q }} from incoming)
),
{%- endfor %}


judged as {{ "not materialized " if plan.direct else "" }}(
  select
    {%- if plan.orphans == "unknown" and plan.parents %}
    incoming.* replace (
      {%- for parent in plan.parents %}
      coalesce(parent_{{ loop.index0 }}.{{ parent.key | q }}, {{ unknown }}) as {{ parent.refers | q }}
      {{- "" if loop.last else "," }}
      {%- endfor %}
    ),
    {%- else %}
    incoming.*,
    {%- endif %}
    {%- include "vault/reason.sql" %}
  from incoming
  {%- include "vault/parents.sql" %}
),

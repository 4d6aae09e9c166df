{#- The typed rows with normalized texts and derived columns. -#}
{%- if plan.derived -%}
(
  select
    *,
    {%- for name, expression in plan.derived %}
    {{ expression }} as {{ name | q }}{{ "" if loop.last else "," }}
    {%- endfor %}
  from {% include "stage/normalized.sql" %}
) as prepared
{%- else -%}
{% include "stage/normalized.sql" %}
{%- endif -%}

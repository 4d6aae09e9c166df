{%- if plan.normalized -%}
(
  select * replace (
    {%- for name, expression in plan.normalized %}
    {{ expression }} as {{ name | q }}{{ "" if loop.last else "," }}
    {%- endfor %}
  )
  from {{ rows }}
) as normalized
{%- else -%}
{{ rows }}
{%- endif -%}

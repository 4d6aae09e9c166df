{#- The typed rows as they are, and what is looked up of them: computed from normalized texts. -#}
(
  select
    *
    {%- if plan.normalized %}
    exclude (
      {%- for name, _ in plan.normalized %}{{ ("_raw_" ~ name) | q }}{{ "" if loop.last else ", " }}{% endfor -%}
    )
    replace (
      {%- for name, _ in plan.normalized %}{{ ("_raw_" ~ name) | q }} as {{ name | q }}{{ "" if loop.last else ", " }}{% endfor -%}
    )
    {%- endif %},
    {%- for name, expression in plan.computed.items() %}
    {{ expression }} as {{ name | q }}{{ "" if loop.last else "," }}
    {%- endfor %}
  from (
    select
      *
      {%- if plan.normalized %}
      replace (
        {%- for name, expression in plan.normalized %}{{ expression }} as {{ name | q }}{{ "" if loop.last else ", " }}{% endfor -%}
      )
      {%- for name, _ in plan.normalized %}, {{ name | q }} as {{ ("_raw_" ~ name) | q }}{% endfor %}
      {%- endif %}
    from {{ rows }}
  )
)


    case
      {%- for column in plan.needs %}
      when incoming.{{ column | q }} is null then 'null_key:{{ column }}'
      {%- endfor %}
      {%- for parent in plan.parents if plan.orphans == "quarantine" %}
      when incoming.{{ parent.refers | q }} is not null
        and parent_{{ loop.index0 }}.{{ parent.key | q }} is null
        then 'orphan:{{ parent.refers }}'
      {%- endfor %}
      {%- if not plan.needs and not (plan.parents and plan.orphans == "quarantine") %}
      when false then ''
      {%- endif %}
    end as _reason

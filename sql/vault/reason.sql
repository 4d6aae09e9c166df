
    case
      {%- for column in plan.needs %}
      when incoming.{{ column | q }} is null then 'null_key:{{ column }}'
      {%- endfor %}
      {%- for parent in plan.parents %}
      when incoming.{{ parent.refers | q }} is not null
        and parent_{{ loop.index0 }}.{{ parent.key | q }} is null
        then 'orphan:{{ parent.refers }}'
      {%- endfor %}
    end as _reason

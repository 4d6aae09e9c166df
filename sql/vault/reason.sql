
    case
      {%- for column in plan.needs %}
      when {{ column | q }} is null then 'null_key:{{ column }}'
      {%- endfor %}
      {%- for parent in plan.parents %}
      when {{ parent.refers | q }} is not null
        and {{ parent.refers | q }} not in (select _key from parent_{{ loop.index0 }})
        then 'orphan:{{ parent.refers }}'
      {%- endfor %}
    end as _reason

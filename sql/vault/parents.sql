{#- Joins each incoming row to the parents that it refers to; keys of hubs and links are unique. -#}
{%- for parent in plan.parents %}
  left join {{ parent.table.sql }} as parent_{{ loop.index0 }}
    on parent_{{ loop.index0 }}.{{ parent.key | q }} = incoming.{{ parent.refers | q }}
{%- endfor %}

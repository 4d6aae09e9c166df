-- The link key is the hash of the keys in its hubs and of its own child keys.
-- error
{#- A hash of another definition is wrong everywhere: in a load, some of the new rows are enough. #}
{%- set some_rows %}(
  select * from {{ new_rows }} limit 10000
){% endset %}
select l.{{ key }}, l.batch_id
from {{ some_rows if first is defined else plan.table.sql }} as l
{%- for relation in plan.relations %}
inner join {{ relation.table.sql }} as hub_{{ loop.index0 }}
  on hub_{{ loop.index0 }}.{{ relation.key | q }} = l.{{ relation.refers | q }}
{%- endfor %}
where
  l.batch_id <> 'ghost'
  {%- if plan.orphans == "unknown" %}
  {%- for relation in plan.relations %}
  and l.{{ relation.refers | q }} <> {{ unknown }}
  {%- endfor %}
  {%- endif %}
  and l.{{ key }} is distinct from {{ key_hash }}

-- The key is the hash of the stated pair, as the hub holds it.
-- error
select l.{{ key }}, l.batch_id
from {{ plan.table.sql }} as l
{%- for role in plan.options.roles %}
inner join {{ plan.relations[0].table.sql }} as hub_{{ loop.index0 }}
  on hub_{{ loop.index0 }}.{{ plan.relations[0].key | q }} = l.{{ role | q }}
{%- endfor %}
where
  l.batch_id <> 'ghost'
  {%- if first is defined %}
  and l.load_ts between {{ first | ts }} and {{ last | ts }}
  {%- endif %}
  and l.{{ key }} is distinct from {{ key_hash }}

-- The hash key is the hash of the stored key parts.
-- error
{#- A hash of another definition is wrong everywhere: in a load, some of the new rows are enough. #}
select {{ key }}, {{ plan.options["keys"] | cols }}, batch_id
from {{ plan.table.sql }}
where
  batch_id <> 'ghost'
  {%- if first is defined %}
  and load_ts between {{ first | ts }} and {{ last | ts }}
  and {{ key }} in (select {{ key }} from decided where _outcome = 'inserted' limit 10000)
  {%- endif %}
  and {{ key }} <> {{ key_hash }}

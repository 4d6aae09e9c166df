-- {{ plan.table.label }}: the stored rows of the incoming keys, read once for all that follows.
create or replace temp table touched as
with incoming as (
  {%- include "vault/incoming.sql" %}
)
select {{ plan.touched | cols }}
from {{ plan.table.sql }}
where
  {{ key }} in (select {{ key }} from incoming)
  {%- for column in plan.ghost_keys %}
  {#- The ghost rows, told without a column that nothing else needs. #}
  and not (
    load_ts = timestamp '1900-01-01 00:00:00'
    and cast({{ column | q }} as varchar) in (
      cast({{ unknown }} as varchar), cast({{ error }} as varchar)
    )
  )
  {%- endfor %}

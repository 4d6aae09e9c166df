-- The hash key is the hash of the stored key parts.
-- error
{#- A hash of another definition is wrong everywhere: in a load, some of the new rows are enough. #}
{%- set some_rows %}(
  select * from {{ new_rows }} limit 10000
) as d{% endset %}
select {{ key }}, {{ plan.options["keys"] | cols }}, batch_id
from {{ some_rows if first is defined else plan.table.sql }}
where batch_id <> 'ghost' and {{ key }} is distinct from {{ key_hash }}

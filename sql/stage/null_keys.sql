-- {{ plan.table.label }}: rows with a NULL, or with the placeholder of NULL, in a part of a key.
{%- for column, where, condition in columns %}
select batch_id, row_no, {{ column | lit }} as column_name, cast({{ column | q }} as varchar) as value
from {{ plan.table.sql }}
where
  {%- if not kept %}
  list_contains($batches, batch_id)
  and load_ts between $first and $last
  and
  {%- endif %}
  ({{ where }})
  and {{ condition }}
{%- if not loop.last %}
union
{%- endif %}
{%- endfor %}
order by batch_id, row_no

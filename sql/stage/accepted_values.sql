-- {{ plan.table.label }}: values outside of the accepted ones.
{%- for column, accepted in columns %}
select batch_id, row_no, {{ column | lit }} as column_name, cast({{ column | q }} as varchar) as value
from {{ plan.table.sql }}
where
  list_contains($batches, batch_id)
  and load_ts between $first and $last
  and {{ column | q }} not in ({{ accepted }})
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}

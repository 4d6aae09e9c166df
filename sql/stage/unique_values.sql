-- {{ plan.table.label }}: values that occur twice in one file.
{%- for column in columns %}
select
  batch_id, max(row_no) as row_no,
  {{ column | lit }} as column_name, cast({{ column | q }} as varchar) as value
from {{ plan.table.sql }}
where
  list_contains($batches, batch_id)
  and load_ts between $first and $last
  and {{ column | q }} is not null
group by batch_id, {{ column | q }}
having count(*) > 1
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}

-- Within a file, one hash key never stands for two keys.
-- blocking, error, lossy
{%- for name, parts in keys %}
select batch_id, max(row_no) as row_no, {{ name | lit }} as column_name, {{ name | q }} as hash_key
from {{ plan.table.sql }}
where
  list_contains($batches, batch_id)
  and load_ts between $first and $last
  and {{ name | q }} is not null
group by batch_id, {{ name | q }}
having count(distinct row({{ parts }})) > 1
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}

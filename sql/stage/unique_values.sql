-- {{ plan.table.label }}: values that occur twice in one file.
{#- First the values that occur twice at all: a group by the value alone is quicker. -#}
{%- for column in columns %}
select
  batch_id, max(row_no) as row_no,
  {{ column | lit }} as column_name, cast({{ column | q }} as varchar) as value
from {{ plan.table.sql }}
where
  list_contains($batches, batch_id)
  and load_ts between $first and $last
  and {{ column | q }} in (
    select {{ column | q }}
    from {{ plan.table.sql }}
    where load_ts between $first and $last and {{ column | q }} is not null
    group by {{ column | q }}
    having count(*) > 1
  )
group by batch_id, {{ column | q }}
having count(*) > 1
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}

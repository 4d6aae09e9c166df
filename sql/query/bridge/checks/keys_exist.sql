-- Every hub and link key of a path exists in its table.
-- error
select *
from (
  {%- for column, parent in plan.options.parents %}
  select {{ parent.table.label | lit }} as parent, {{ column | lit }} as column_name, p.{{ column | q }} as missing_key
  from (select distinct {{ column | q }} from {{ plan.table.sql }} where {{ scope }}) as p
  where
    not exists (
      select 1
      from {{ parent.table.sql }} as t
      where t.{{ parent.key | q }} = p.{{ column | q }}
    )
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- endfor %}
)

-- {{ label }}: the keys that the new batches touch{% if whole %}, and all that are stored{% endif %}.
insert into changed_keys by name
select distinct {{ key | cols }}
from (
  select {{ key | cols }}
  from (
{{ changed }}
  )
  {%- if whole %}
  union all
  select {{ key | cols }}
  from {{ table.sql }}
  where
    {%- for column in key %}
    {{ "" if loop.first else "and " }}{{ column | q }} is not null
    {%- endfor %}
  {%- endif %}
)

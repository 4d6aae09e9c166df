-- {{ label }}: the partitions that the new batches touch{% if whole %}, and all that are stored{% endif %}.
insert into changed_partitions
select distinct partition_value
from (
  select {{ partition.truncated("t.value") }} as partition_value
  from (
{{ changed }}
  ) as t (value)
  {%- if whole %}
  union all
  select {{ partition.column | q }} from {{ table.sql }}
  {%- endif %}
)
where partition_value >= {{ start }}

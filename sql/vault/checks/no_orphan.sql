-- Every key that a row refers to exists in its parent table.
-- error
select *
from (
  {%- for relation in relations %}
  select
    {{ relation.table.label | lit }} as parent,
    t.{{ relation.refers | q }} as missing_key,
    t.batch_id
  from {{ new_rows if first is defined else plan.table.sql }} as t
  where
    t.{{ relation.refers | q }} is not null
    and not exists (
      select 1
      from {{ relation.table.sql }} as p
      where p.{{ relation.key | q }} = t.{{ relation.refers | q }}
    )
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- else %}
  select null as parent, null as missing_key, null as batch_id where false
  {%- endfor %}
)

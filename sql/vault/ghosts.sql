-- {{ plan.table.label }}: the two ghost rows, unknown and error.
insert into {{ plan.table.sql }} by name
select
  {%- for column in ghost_keys %}
  hash_key as {{ column | q }},
  {%- endfor %}
  timestamp '1900-01-01 00:00:00' as load_ts,
  {%- if plan.history %}
  0 as load_seq,
  hash_key as hashdiff,
  {%- endif %}
  'SYSTEM' as record_source,
  'ghost' as batch_id
from (values ({{ unknown }}), ({{ error }})) as ghosts (hash_key)

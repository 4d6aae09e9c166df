-- {{ plan.table.label }}: every typed row of one batch, with its hashes.
insert into {{ plan.table.sql }} by name
select
  {{ batch | default("$batch_id") }} as batch_id,
  cast({{ load_ts | default("$load_ts") }} as timestamp) as load_ts,
  row_no,
  {{ record_source | default("$record_source") }} as record_source,
  {%- for column in source_columns %}
  {{ column | q }},
  {%- endfor %}
  {%- for name, expression in hashes %}
  {{ expression }} as {{ name | q }}{{ "" if loop.last else "," }}
  {%- endfor %}
from {% include "stage/prepared.sql" %}

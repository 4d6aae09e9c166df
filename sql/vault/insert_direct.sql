-- {{ plan.table.label }}: the incoming rows that are new.
-- Rule: a row that was not doubtful is new; of the others `decided` knows.
insert into {{ plan.table.sql }} by name
with incoming as (
  {%- include "vault/incoming.sql" %}
)
select
  {%- for column in plan.table.columns %}
  {%- if column.name == "load_seq" %}
  coalesce(d.load_seq, 0) as load_seq
  {%- else %}
  i.{{ column.sql }}
  {%- endif %}
  {{- "" if loop.last else "," }}
  {%- endfor %}
from incoming as i
left join decided as d
  on d.batch_id = i.batch_id and d.row_no = i.row_no and d._rank = i._rank
where d._outcome is null or d._outcome = 'inserted'

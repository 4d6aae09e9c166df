-- {{ plan.table.label }}: the keys that a batch looks up in {{ prejoin.stage.table.label }}.
create or replace temp view {{ lookup }}_keys as
select distinct
  {%- for _, own, _ in prejoin.on %}
  {{ own }} as k{{ loop.index }}{{ "" if loop.last else "," }}
  {%- endfor %}
from {{ rows }} as l

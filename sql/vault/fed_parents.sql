-- {{ plan.table.label }}: the parents that have not applied all of the pending batches.
select distinct parents.table_name
from pending as p
cross join (
  values
  {%- for parent in plan.parents %}
  ({{ parent.table.label | lit }}){{ "" if loop.last else "," }}
  {%- endfor %}
) as parents (table_name)
left join applied_before as a
  on a.table_name = parents.table_name and a.stage = p.stage and a.batch_id = p.batch_id
where a.batch_id is null

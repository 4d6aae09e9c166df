-- No two rows share the primary key.
-- blocking, error
select {{ plan.primary_key | cols }}, count(*) as rows_with_this_key
from {{ plan.table.sql }}
where
  {%- if "load_ts" in plan.primary_key and first is defined %}
  load_ts between {{ first | ts }} and {{ last | ts }}
  {%- else %}
  {{ written }}
  {%- endif %}
group by {{ plan.primary_key | cols }}
having count(*) > 1

-- No two rows share the primary key.
-- blocking, error
select {{ plan.primary_key | cols }}, count(*) as rows_with_this_key
from {{ new_rows if keeps_written else plan.table.sql }}
{%- if first is defined and not keeps_written %}
where load_ts between {{ first | ts }} and {{ last | ts }}
{%- endif %}
group by {{ plan.primary_key | cols }}
having count(*) > 1
{%- if first is defined and "load_ts" not in plan.primary_key and not alone %}
union all
select {{ plan.primary_key | cols("t") }}, 2 as rows_with_this_key
from {{ plan.table.sql }} as t
where
  (t.load_ts < {{ first | ts }} or t.load_ts > {{ last | ts }})
  and ({{ plan.primary_key | cols("t") }}) in (
    select {{ plan.primary_key | cols }} from {{ new_rows }}
  )
{%- endif %}

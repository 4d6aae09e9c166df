-- A duplicate has one current master.
-- blocking, error
select {{ plan.options.duplicate | q }}, count(*) as masters
from {{ plan.table.sql }}
where
  is_current
  {%- if first is defined %}
  and {{ plan.options.duplicate | q }} in (select {{ plan.options.duplicate | q }} from resolved)
  {%- endif %}
group by {{ plan.options.duplicate | q }}
having count(*) > 1

-- The master of a current pair is itself nobody's duplicate.
-- blocking, error
select t.{{ key }}, t.{{ plan.options.master | q }}, t.batch_id
from {{ plan.table.sql }} as t
where
  t.is_current
  and t.{{ plan.options.master | q }} in (
    select {{ plan.options.duplicate | q }} from {{ plan.table.sql }} where is_current
  )
  {%- if first is defined %}
  and t.{{ plan.options.master | q }} in (
    select {{ plan.options.master | q }} from resolved
    union all
    select {{ plan.options.duplicate | q }} from resolved
  )
  {%- endif %}

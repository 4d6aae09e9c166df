-- {{ plan.table.label }}: the newest {{ column }}, if it is older than {{ hours }} hours, or if there is none.
select
  max(cast({{ column | q }} as timestamp)) as newest,
  date_diff(
    'hour', max(cast({{ column | q }} as timestamp)), current_timestamp at time zone 'UTC'
  ) as age_in_hours
from {{ plan.table.sql }}
having
  coalesce(
    date_diff(
      'second', max(cast({{ column | q }} as timestamp)), current_timestamp at time zone 'UTC'
    ) > {{ hours }} * 3600,
    true
  )

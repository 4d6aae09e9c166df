-- A key is opened, closed, opened again: never the same state twice in a row.
-- blocking, error
with history as (
  select
    {{ key }}, load_ts, load_seq, batch_id, {{ plan.options.is_active }} as is_active,
    lag({{ plan.options.is_active }}) over (
      partition by {{ key }} order by load_ts, load_seq
    ) as was_active
  from {{ plan.table.sql }}
  where batch_id <> 'ghost'
)
select {{ key }}, load_ts, load_seq, batch_id
from history
where is_active = coalesce(was_active, false)

-- A relation is opened, closed, opened again: never the same state twice in a row.
-- blocking, error
with history as (
  select
    *,
    lag({{ plan.options.active | q }}) over (
      partition by {{ key }} order by load_ts, load_seq
    ) as active_before
  from {{ plan.table.sql }}
  where
    ({{ plan.unit | cols }}) in (select {{ plan.unit | cols }} from decided where _outcome = 'inserted')
)
select {{ key }}, load_ts, load_seq, batch_id
from history
where {{ plan.options.active | q }} = coalesce(active_before, false)

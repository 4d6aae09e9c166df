-- No snapshot closes an unusual share of the keys that were active before it.
-- warn
with changes as (
  select
    load_ts,
    batch_id,
    count(*) filter (where not {{ plan.options.is_active }}) as closed,
    sum(case when {{ plan.options.is_active }} then 1 else -1 end) as balance
  from {{ plan.table.sql }}
  where batch_id <> 'ghost'
  group by load_ts, batch_id
),
shares as (
  select
    load_ts, batch_id, closed,
    coalesce(
      sum(balance) over (order by load_ts rows between unbounded preceding and 1 preceding), 0
    ) as active_before
  from changes
)
select batch_id, load_ts, closed, active_before
from shares
where
  not exists (select 1 from registry.approvals as a where a.batch_id = shares.batch_id)
  and closed > {{ plan.options.hold_over or 0.5 }} * active_before
  {%- if first is defined %}
  and load_ts between {{ first | ts }} and {{ last | ts }}
  {%- else %}
  and load_ts = (
    select max(load_ts) from registry.applied where table_name = {{ plan.table.label | lit }}
  )
  {%- endif %}

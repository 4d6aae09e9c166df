-- {{ plan.table.label }}: a key that appears is opened, a key that a snapshot lacks is closed.
insert into {{ plan.table.sql }} by name
with snapshots as (
  select
    p.load_ts,
    p.batch_id,
    row_number() over (order by p.load_ts) as _snapshot,
    coalesce(d.record_source, {{ plan.options.record_source | lit }}) as record_source
  from pending as p
  left join (
    select batch_id, any_value(record_source) as record_source from decided group by batch_id
  ) as d on d.batch_id = p.batch_id
),
seen as (
  select {{ key }}, _snapshot from decided where _outcome in ('inserted', 'unchanged')
  union all
  select {{ key }}, 0 as _snapshot from {% include "vault/appearance/active.sql" %}
),
changes as (
  select {{ key }}, true as _is_active, load_ts, record_source, batch_id
  from decided
  where _outcome = 'inserted'
  union all
  select s.{{ key }}, false as _is_active, n.load_ts, n.record_source, n.batch_id
  from seen as s
  inner join snapshots as n on n._snapshot = s._snapshot + 1
  left join seen as again on again.{{ key }} = s.{{ key }} and again._snapshot = n._snapshot
  where again.{{ key }} is null
)
select
  {{ key }},
  {%- for column, expression in plan.options.states %}
  {{ expression }} as {{ column | q }},
  {%- endfor %}
  load_ts,
  0 as load_seq,
  {{ hashdiff }} as hashdiff,
  record_source,
  batch_id
from changes

-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: batches are complete snapshots, one after the other; a row counts as inserted where its key
-- was not in the snapshot before: in the pending batches, else among the active stored keys.
create or replace temp table decided as
with incoming as (
  {%- include "vault/incoming.sql" %}
),
snapshots as (
  select load_ts, batch_id, row_number() over (order by load_ts) as _snapshot from pending
),
{%- include "vault/judged.sql" %}
ranked as (
  select
    j.*,
    s._snapshot,
    row_number() over (partition by j.{{ key }}, j.load_ts, j._reason is null order by j.row_no)
      as _place
  from judged as j
  inner join snapshots as s on s.load_ts = j.load_ts
),
seen as (
  select distinct {{ key }}, _snapshot from ranked where _reason is null
  union all
  select {{ key }}, 0 as _snapshot from {% include "vault/appearance/active.sql" %}
)
select
  r.*,
  case
    when r._reason is not null then 'quarantined'
    when r._place > 1 then 'duplicate'
    when s.{{ key }} is not null then 'unchanged'
    else 'inserted'
  end as _outcome
from ranked as r
left join seen as s on s.{{ key }} = r.{{ key }} and s._snapshot = r._snapshot - 1

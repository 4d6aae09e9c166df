-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: the rows of a driving key in one batch are the set of its partners; a row is a change where
-- its partner was not in the set before: in the pending batches, else among the active stored ones.
-- A row without a partner is a change where it empties the set.
create or replace temp table decided as
with incoming as (
  {%- include "vault/incoming.sql" %}
),
stored as (
  select
    *,
    row_number() over (partition by {{ key }} order by load_ts desc, load_seq desc) as _age
  from {{ plan.table.sql }}
  where
    ({{ plan.unit | cols }}) in (select {{ plan.unit | cols }} from incoming)
    and batch_id <> 'ghost'
),
judged as (
  select
    incoming.*,
    coalesce(incoming.{{ key }}, {{ unknown }}) as _partner,
    {%- include "vault/reason.sql" %}
  from incoming
  {%- include "vault/parents.sql" %}
),
deliveries as (
  select *, row_number() over (partition by {{ plan.unit | cols }} order by load_ts) as _delivery
  from (select distinct {{ plan.unit | cols }}, load_ts from incoming)
),
ranked as (
  select
    j.*,
    d._delivery,
    row_number() over (
      partition by {{ plan.unit | cols("j") }}, j.load_ts, j._partner, j._reason is null
      order by j.row_no
    ) as _place
  from judged as j
  left join deliveries as d
    on ({{ plan.unit | cols("d") }}) = ({{ plan.unit | cols("j") }}) and d.load_ts = j.load_ts
),
members as (
  select {{ plan.unit | cols }}, _partner, _delivery
  from ranked
  where _reason is null and _place = 1 and _partner <> {{ unknown }}
  union all
  select {{ plan.unit | cols }}, {{ key }} as _partner, 0 as _delivery
  from stored
  where _age = 1 and {{ plan.options.active | q }}
),
sizes as (
  select {{ plan.unit | cols }}, _delivery, count(*) as _size
  from members
  group by {{ plan.unit | cols }}, _delivery
),
begun as (
  select {{ plan.unit | cols }}, min(_delivery) as _delivery
  from (
    select {{ plan.unit | cols }}, _delivery from sizes
    union all
    select {{ plan.unit | cols }}, 0 as _delivery from stored
  )
  group by {{ plan.unit | cols }}
)
select
  r.*,
  b._delivery = r._delivery as _is_first,
  case
    when r._reason is not null then 'quarantined'
    when r._place > 1 then 'duplicate'
    when r._partner = {{ unknown }} and before._size > 0 and now._size is null then 'inserted'
    when r._partner = {{ unknown }} or m._partner is not null then 'unchanged'
    else 'inserted'
  end as _outcome
from ranked as r
left join members as m
  on ({{ plan.unit | cols("m") }}, m._partner) = ({{ plan.unit | cols("r") }}, r._partner)
  and m._delivery = r._delivery - 1
left join sizes as before
  on ({{ plan.unit | cols("before") }}) = ({{ plan.unit | cols("r") }})
  and before._delivery = r._delivery - 1
left join sizes as now
  on ({{ plan.unit | cols("now") }}) = ({{ plan.unit | cols("r") }})
  and now._delivery = r._delivery
left join begun as b on ({{ plan.unit | cols("b") }}) = ({{ plan.unit | cols("r") }})

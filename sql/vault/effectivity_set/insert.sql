-- {{ plan.table.label }}: a partner that appears is opened, one that a delivered set lacks is closed.
insert into {{ plan.table.sql }} by name
with deliveries as (
  select
    {{ plan.unit | cols }}, _delivery, load_ts, batch_id,
    arg_min(record_source, row_no) as record_source
  from decided
  where {{ plan.unit | all_set("decided") }}
  group by {{ plan.unit | cols }}, _delivery, load_ts, batch_id
),
members as (
  select {{ plan.unit | cols }}, _partner, _delivery
  from decided
  where _outcome in ('inserted', 'unchanged') and _partner <> {{ unknown }}
  union all
  select {{ plan.unit | cols }}, {{ key }} as _partner, 0 as _delivery
  from (
    select
      *,
      row_number() over (partition by {{ key }} order by load_ts desc, load_seq desc) as _age
    from {{ plan.table.sql }}
    where
      ({{ plan.unit | cols }}) in (select {{ plan.unit | cols }} from deliveries)
      and batch_id <> 'ghost'
  )
  where _age = 1 and {{ plan.options.active | q }}
),
changes as (
  select
    {{ plan.unit | cols }}, _partner as {{ key }}, true as {{ plan.options.active | q }},
    {%- if plan.options.first %}
    case when _is_first then _first else load_ts end
    {%- else %}
    load_ts
    {%- endif %} as {{ plan.options.effective_from | q }},
    load_ts, record_source, batch_id
  from decided
  where _outcome = 'inserted' and _partner <> {{ unknown }}
  union all
  select
    {{ plan.unit | cols("m") }}, m._partner as {{ key }}, false as {{ plan.options.active | q }},
    d.load_ts as {{ plan.options.effective_from | q }},
    d.load_ts, d.record_source, d.batch_id
  from members as m
  inner join deliveries as d
    on ({{ plan.unit | cols("d") }}) = ({{ plan.unit | cols("m") }})
    and d._delivery = m._delivery + 1
  left join members as again
    on ({{ plan.unit | cols("again") }}, again._partner) = ({{ plan.unit | cols("m") }}, m._partner)
    and again._delivery = d._delivery
  where again._partner is null
)
select *, 0 as load_seq, {{ hashdiff }} as hashdiff
from changes

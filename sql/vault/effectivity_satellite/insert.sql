-- {{ plan.table.label }}: a change closes the partner before it and opens its own.
insert into {{ plan.table.sql }} by name
with changes as (
  select
    _partner as {{ key }},
    true as {{ plan.options.active | q }},
    {%- if plan.options.first %}
    case when _is_first then _first else load_ts end
    {%- else %}
    load_ts
    {%- endif %} as {{ plan.options.effective_from | q }},
    {{ plan.unit | cols }}, {{ plan.sequence | cols }}, record_source, batch_id
  from decided
  where _outcome = 'inserted' and _partner <> {{ unknown }}
  union all
  select
    _partner_before as {{ key }},
    false as {{ plan.options.active | q }},
    load_ts as {{ plan.options.effective_from | q }},
    {{ plan.unit | cols }}, {{ plan.sequence | cols }}, record_source, batch_id
  from decided
  where _outcome = 'inserted' and _partner_before <> {{ unknown }}
)
select
  * exclude ({{ plan.sequence[1:] | cols }}),
  row_number() over (partition by {{ key }}, load_ts order by {{ plan.sequence[1:] | cols }}) - 1 as load_seq,
  {{ hashdiff }} as hashdiff
from changes

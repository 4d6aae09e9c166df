-- {{ plan.table.label }}: per snapshot and key, the row of each satellite that was valid then.
-- Rule: a row is valid from its load_ts until the next one of its key; of rows with one load_ts the
-- last load_seq counts. A key without a row points to the ghost row: zero key, 1900-01-01.
insert into {{ plan.table.sql }} by name
with
{%- include "query/snapshots.sql" %}
{%- for history in plan.options.satellites %}
{%- set number = loop.index0 %}
{%- set carried = [] %}
{%- include "query/spans.sql" %}
valid_{{ number }} as (
  select
    {{ history.key | q }} as key, load_ts, load_seq, unnest(range(first_place, end_place)) as place
  from spans_{{ number }}
  where first_place < end_place
),
{%- endfor %}
keys as (
  select s.place, s.snapshot_ts, k.{{ plan.options.base.key | q }} as key
  from {{ plan.options.base.table.sql }} as k
  {%- if plan.options.include_all %}
  cross join snapshots as s
  {%- else %}
  inner join snapshots as s on s.snapshot_ts >= k.load_ts
  {%- endif %}
  where k.batch_id <> 'ghost'
)
select
  k.snapshot_ts,
  k.key as {{ plan.options.base.key | q }}
  {%- for history in plan.options.satellites %}
  {%- set valid = "valid_%d" | format(loop.index0) %},
  coalesce({{ valid }}.key, {{ unknown }}) as {{ (history.table.name ~ "_key") | q }},
  coalesce({{ valid }}.load_ts, timestamp '1900-01-01 00:00:00') as {{ (history.table.name ~ "_load_ts") | q }},
  coalesce({{ valid }}.load_seq, 0) as {{ (history.table.name ~ "_load_seq") | q }}
  {%- endfor %}
from keys as k
{%- for history in plan.options.satellites %}
{%- set valid = "valid_%d" | format(loop.index0) %}
left join {{ valid }} on {{ valid }}.key = k.key and {{ valid }}.place = k.place
{%- endfor %}

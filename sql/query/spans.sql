{#- The rows of `history`, each with the places of the snapshots at which it is the valid one:
    first_place <= place < end_place. Of rows before one snapshot all but the last have none.
    `carried`: further columns that are needed. #}
{%- set key = history.key | q %}
{%- if snapshots | length == 1 %}
spans_{{ number }} as (
  select
    {{ key }},
    max(load_ts) as load_ts,
    {%- for column in ["load_seq"] + carried %}
    arg_max({{ column | q }}, (load_ts, load_seq)) as {{ column | q }},
    {%- endfor %}
    1 as first_place,
    2 as end_place
  from {{ history.table.sql }}
  where load_ts <= {{ snapshots[0] | ts }} and batch_id <> 'ghost'
  group by {{ key }}
),
{%- else %}
places_{{ number }} as (
  select t.load_ts, min(s.place) as place
  from (select distinct load_ts from {{ history.table.sql }}) as t
  inner join snapshots as s on s.snapshot_ts >= t.load_ts
  group by t.load_ts
),
spans_{{ number }} as (
  select
    {{ (["load_ts", "load_seq"] + carried) | cols("t") }},
    t.{{ key }},
    p.place as first_place,
    lead(p.place, 1, {{ snapshots | length + 1 }}) over (
      partition by t.{{ key }} order by t.load_ts, t.load_seq
    ) as end_place
  from {{ history.table.sql }} as t
  inner join places_{{ number }} as p on p.load_ts = t.load_ts
  where t.batch_id <> 'ghost'
),
{%- endif %}

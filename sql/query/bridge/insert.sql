-- {{ plan.table.label }}: per snapshot, every path whose links existed and were active then.
-- Rule: a link holds from its load_ts; with an effectivity satellite, while its last row says so.
-- Paths are joined by key; they hold at the snapshots at which all their links do.
insert into {{ plan.table.sql }} by name
with
{%- include "query/snapshots.sql" %}
{%- for step in plan.options.steps %}
{%- set index = loop.index0 %}
link_places_{{ index }} as (
  select t.load_ts, min(s.place) as place
  from (select distinct load_ts from {{ step.link.table.sql }}) as t
  inner join snapshots as s on s.snapshot_ts >= t.load_ts
  group by t.load_ts
),
{%- if step.effectivity %}
{%- set history = step.effectivity %}
{%- set number = index %}
{%- set carried = [history.options.active] %}
{%- include "query/spans.sql" %}
{%- endif %}
step_{{ index }} as (
  select
    l.{{ step.link.key | q }} as link_key,
    l.{{ step.before | q }} as before_key,
    l.{{ step.after | q }} as after_key,
    {%- if step.effectivity %}
    greatest(p.place, e.first_place) as first_place,
    e.end_place
    {%- else %}
    p.place as first_place,
    {{ snapshots | length + 1 }} as end_place
    {%- endif %}
  from {{ step.link.table.sql }} as l
  inner join link_places_{{ index }} as p on p.load_ts = l.load_ts
  {%- if step.effectivity %}
  inner join spans_{{ index }} as e
    on e.{{ step.effectivity.key | q }} = l.{{ step.link.key | q }}
  {%- endif %}
  where
    l.batch_id <> 'ghost'
    {%- if step.effectivity %}
    and e.first_place < e.end_place
    and e.{{ step.effectivity.options.active | q }}
    {%- endif %}
),
{%- endfor %}
paths as (
  select
    step_0.before_key as {{ plan.options.hub_columns[0] | q }},
    {%- for step in plan.options.steps %}
    step_{{ loop.index0 }}.link_key as {{ plan.options.link_columns[loop.index0] | q }},
    step_{{ loop.index0 }}.after_key as {{ plan.options.hub_columns[loop.index] | q }},
    {%- endfor %}
    greatest(
      {%- for step in plan.options.steps -%}
      step_{{ loop.index0 }}.first_place{{ "" if loop.last else ", " }}
      {%- endfor -%}
    ) as _first_place,
    least(
      {%- for step in plan.options.steps -%}
      step_{{ loop.index0 }}.end_place{{ "" if loop.last else ", " }}
      {%- endfor -%}
    ) as _end_place
  from step_0
  {%- for step in plan.options.steps[1:] %}
  inner join step_{{ loop.index }} on step_{{ loop.index }}.before_key = step_{{ loop.index0 }}.after_key
  {%- endfor %}
),
placed as (
  select *, unnest(range(_first_place, _end_place)) as _place
  from paths
  where _first_place < _end_place
)
select s.snapshot_ts, p.* exclude (_first_place, _end_place, _place)
from placed as p
inner join snapshots as s on s.place = p._place
